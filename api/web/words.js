// Every word of the page, in both languages.

const WORDS = {
  zh: {
    tagline: "问题 + 订单 → 有依据的答案",
    apiDocs: "接口文档",
    otherLanguage: "English",
    question: "顾客怎么问的",
    questionHint: "回车匹配，Shift + 回车换行",
    examples: "示例问题",
    order: "关于哪一笔订单",
    noOrder: "不带订单",
    pasteOrder: "粘贴订单 JSON…",
    orderJson: "订单 JSON（只有 status 必填）",
    ordersFailed: "订单列表没有取到，可以不带订单，或粘贴订单。",
    noSampleOrders: "还没有导入订单",
    audience: "答案给谁看",
    agent: "客服",
    customer: "顾客",
    apiKey: "访问密钥",
    match: "匹配",
    results: "匹配结果",
    idle: "输入顾客的问题，选一笔订单，看看先知怎么答、为什么这样答。",
    working: "正在匹配…",
    found: "找到 {count} 个方案",
    nearest: "最接近的 {count} 条",
    unsure: "我不确定",
    unsureText: "没有找到可靠的答案。下面是最接近的条目，请核对后再用。",
    nothing: "没有可以给看的条目。换个说法，或先导入知识。",
    noticesTitle: "公告",
    askTitle: "先问清楚",
    gain: "问清后把握约 +{gain}",
    readAs: "读作",
    foundBy: "按这些词找到",
    how: {
      synonym: "同义词", homophone: "同音字", pinyin: "拼音", spelling: "拼写", numeral: "数字", unit: "单位",
      identifier: "编号", emoji: "表情",
    },
    remediesTitle: "以往这样处理",
    remedyCount: "{total} 个相似案例中有 {count} 个，其中 {solved} 个没有重开或升级",
    copies: "内容相同",
    handOver: "请转给人工客服。",
    article: "知识条目",
    case: "历史案例",
    internalOnly: "仅客服可见",
    applies: { met: "适用于这笔订单", unmet: "不适用于这笔订单", unknown: "待确认是否适用" },
    states: { met: "符合", unmet: "不符合", unknown: "未知" },
    confidence: "把握",
    confidenceWords: { high: "大", middle: "中等", low: "小" },
    reply: "可以这样回复",
    handling: "当时怎么处理",
    copy: "复制",
    copied: "已复制",
    copyFailed: "复制不了，请手动选择",
    missing: "还缺 {count} 项，标黄处请补充",
    unsupported: "有 {count} 处在订单和条目里找不到依据，划线处请核对",
    expand: "展开全文",
    why: "依据与得分",
    score: "总分",
    source: "来源",
    validity: "有效期",
    from: "{from} 起",
    until: "{to} 止",
    fromUntil: "{from} 至 {to}",
    always: "长期有效",
    closedAt: "结案于 {from}",
    outcome: { solved: "已解决", reopened: "后来又来问", escalated: "已升级" },
    noticeKinds: { delay: "延误", recall: "召回", packaging: "换包装", promotion: "促销", outage: "故障" },
    internalNote: "客服须知",
    retry: "重试",
    requestId: "请求号",
    meta: "索引 {generation} · {time} 毫秒",
    errors: {
      unreachable: "连不上服务。问题已保留，服务恢复后点重试。",
      slow: "等了 30 秒没有回答。问题已保留，请重试。",
      busy: "服务正忙。问题已保留，请稍后重试。",
      garbled: "服务的回答读不懂（状态 {status}）。",
      refused: "服务没有接受这个请求",
      invalid_request: "请求里这些地方要改",
      unauthorized: "需要访问密钥：填好后再匹配。",
      question_empty: "请先输入顾客的问题。",
      order_not_found: "没有这笔订单。",
      orderJson: "订单不是有效的 JSON：请检查引号和逗号。",
      orderObject: "订单应当是一个 JSON 对象，例如 {\"status\": \"shipped\"}。",
      orderMissing: "请粘贴订单，或改选“不带订单”。",
    },
    facts: {
      status: "状态", items: "商品", seller: "卖家", placed_at: "下单", promised_at: "承诺送达",
      delivered_at: "签收", refund: "退款", last: "最新物流",
    },
    sellers: { self: "自营", third_party: "第三方" },
    refunds: {
      none: "未申请", requested: "已申请", approved: "已同意", returning: "退货中", received: "已收到退货",
      refunded: "已退款", rejected: "已拒绝",
    },
    exampleQuestions: ["怎么还没到？", "退货运费谁出", "降价了能补差价吗", "发票什么时候开", "可以改地址吗", "今天天气怎么样"],
  },
  en: {
    tagline: "a question + its order → an answer with reasons",
    apiDocs: "API",
    otherLanguage: "中文",
    question: "What did the customer ask?",
    questionHint: "Enter to match, Shift + Enter for a new line",
    examples: "Example questions",
    order: "Which order is it about?",
    noOrder: "No order",
    pasteOrder: "Paste order JSON…",
    orderJson: "Order JSON (only status is required)",
    ordersFailed: "The orders could not be read; match without one, or paste one.",
    noSampleOrders: "No orders have been imported",
    audience: "Who reads the answer?",
    agent: "Agent",
    customer: "Customer",
    apiKey: "API key",
    match: "Match",
    results: "Results",
    idle: "Type a customer's question and pick an order to see what Xianzhi answers, and why.",
    working: "Matching…",
    found: "Solutions found: {count}",
    nearest: "Nearest items: {count}",
    unsure: "I do not know",
    unsureText: "Nothing here is likely to be the answer. These are the nearest items; check before using one.",
    nothing: "There is nothing to show. Ask in other words, or import knowledge first.",
    noticesTitle: "Notices",
    askTitle: "Ask first",
    gain: "about +{gain} surer once answered",
    readAs: "Read as",
    foundBy: "Found by",
    how: {
      synonym: "synonym", homophone: "sounds alike", pinyin: "pinyin", spelling: "spelling", numeral: "number", unit: "unit",
      identifier: "identifier", emoji: "emoji",
    },
    remediesTitle: "What was usually done",
    remedyCount: "in {count} of {total} similar cases; {solved} of them neither reopened nor escalated",
    copies: "Says the same",
    handOver: "Hand the customer over to an agent.",
    article: "Article",
    case: "Past case",
    internalOnly: "Agents only",
    applies: { met: "Applies to this order", unmet: "Does not apply to this order", unknown: "May apply: to be confirmed" },
    states: { met: "met", unmet: "not met", unknown: "unknown" },
    confidence: "Confidence",
    confidenceWords: { high: "high", middle: "medium", low: "low" },
    reply: "Suggested reply",
    handling: "How it was handled",
    copy: "Copy",
    copied: "Copied",
    copyFailed: "Copying failed: select the text",
    missing: "Facts missing: {count}. Fill in what is marked.",
    unsupported: "Underlined, and neither in the order nor in the article: {count}. Check before sending.",
    expand: "Show all",
    why: "Source and score",
    score: "Score",
    source: "Source",
    validity: "Valid",
    from: "from {from}",
    until: "until {to}",
    fromUntil: "{from} to {to}",
    always: "without end",
    closedAt: "closed {from}",
    outcome: { solved: "solved", reopened: "reopened later", escalated: "escalated" },
    noticeKinds: { delay: "Delay", recall: "Recall", packaging: "Packaging", promotion: "Promotion", outage: "Outage" },
    internalNote: "For agents",
    retry: "Try again",
    requestId: "Request",
    meta: "Index {generation} · {time} ms",
    errors: {
      unreachable: "The service cannot be reached. Your question is kept: try again when it is back.",
      slow: "No answer within 30 seconds. Your question is kept: try again.",
      busy: "The service is busy. Your question is kept: try again in a moment.",
      garbled: "The service's answer cannot be read (status {status}).",
      refused: "The service did not take this request",
      invalid_request: "These parts of the request need changing",
      unauthorized: "A key is needed: fill it in and match again.",
      question_empty: "Type the customer's question first.",
      order_not_found: "There is no such order.",
      orderJson: "The order is not valid JSON: check quotes and commas.",
      orderObject: "The order should be a JSON object, such as {\"status\": \"shipped\"}.",
      orderMissing: "Paste an order, or choose \"No order\".",
    },
    facts: {
      status: "Status", items: "Items", seller: "Seller", placed_at: "Placed", promised_at: "Promised",
      delivered_at: "Delivered", refund: "Refund", last: "Last scan",
    },
    sellers: { self: "the shop itself", third_party: "third party" },
    refunds: {
      none: "none", requested: "requested", approved: "approved", returning: "goods on their way back",
      received: "goods received", refunded: "refunded", rejected: "rejected",
    },
    exampleQuestions: ["Where is my parcel?", "Who pays for the return?", "Can I change the address?", "怎么还没到？"],
  },
};

const STORED_AS = "xianzhi.language";

export let language = choose();

function choose() {
  const stored = localStorage.getItem(STORED_AS);
  if (stored in WORDS) return stored;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** Change to the other language, and remember it. */
export function switchLanguage() {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem(STORED_AS, language);
}

/** Return the words of a name like `errors.slow`, with `{gaps}` filled; an unknown name is its own words. */
export function say(name, gaps = {}) {
  const found = name.split(".").reduce((words, part) => words?.[part], WORDS[language]);
  if (typeof found !== "string") return found ?? name.split(".").at(-1);
  return found.replace(/\{(\w+)\}/g, (gap, inside) => (inside in gaps ? gaps[inside] : gap));
}

/** Fill every element that says which words it holds. */
export function sayAll(root = document) {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const node of root.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of root.querySelectorAll("[data-label]")) node.setAttribute("aria-label", say(node.dataset.label));
}

let zone;

/** Show times in the shop's zone from now on. */
export function useZone(name) {
  zone = name;
}

/** Return a moment as people write it, in the shop's time zone. */
export function sayTime(moment, { day = false } = {}) {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return String(moment);
  const parts = { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" };
  if (!day) Object.assign(parts, { hour: "2-digit", minute: "2-digit", hour12: false });
  // Sweden writes years first, and so does everybody who sorts.
  return new Intl.DateTimeFormat("sv-SE", parts).format(date);
}
