"""Chinese characters that stand by themselves nearly everywhere, and so say nothing about what stands beside them."""

FUNCTION_CHARACTERS = frozenset(
    "的了着过是在有不没也都就还又很太只吗呢吧啊呀嘛么我你您他她它们这那哪谁啥咋个一二两三四五六七八九十几俩半和跟给把被让才"
)
