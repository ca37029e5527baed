# Two stages: the first needs torch to export the encoder, the second only serves. `sh deploy/prove-image.sh` runs the same steps.
FROM python:3.11-slim AS prepare
WORKDIR /app
COPY . /app
RUN sh deploy/prepare.sh /app /opt/prepare /opt/models

FROM python:3.11-slim
WORKDIR /app
COPY . /app
RUN sh deploy/runtime.sh /app /opt/xianzhi \
    && useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin xianzhi \
    && install --directory --owner xianzhi /data
COPY --from=prepare /opt/models /opt/models
# GLIBC_TUNABLES: the encoder's weights in large pages of memory, docs/decisions/0002-encoder.md.
ENV PATH=/opt/xianzhi/bin:$PATH \
    XIANZHI_MODEL_DIR=/opt/models \
    XIANZHI_DATA_DIR=/data \
    XIANZHI_PORT=8000 \
    PYTHONUNBUFFERED=1 \
    GLIBC_TUNABLES=glibc.malloc.hugetlb=1
USER xianzhi
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["python", "/app/deploy/check-health.py"]
# Reachable from outside, so it starts only with a key: XIANZHI_API_KEY, or one of `xianzhi keys create`.
CMD ["xianzhi", "serve", "--host", "0.0.0.0", "--port", "8000"]
