# One image for web, live, worker and the one-time `migrate`; compose.yaml shows how they stand together.
FROM python:3.12-slim AS packages
WORKDIR /build
COPY requirements.txt ./
RUN python -m venv /opt/regulars \
 && /opt/regulars/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY pyproject.toml requirements.in README.md LICENSE ./
COPY regulars ./regulars
RUN /opt/regulars/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps .

FROM python:3.12-slim
LABEL org.opencontainers.image.title="Regulars" org.opencontainers.image.licenses="MIT"
# The user's number is fixed, so that the owner of mounted folders can be set from outside.
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/regulars --shell /usr/sbin/nologin regulars
COPY --from=packages /opt/regulars /opt/regulars
ENV PATH=/opt/regulars/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    REGULARS_DATA=/var/lib/regulars \
    REGULARS_HOST=0.0.0.0
USER regulars
VOLUME /var/lib/regulars
EXPOSE 8000 8001
# `docker run -p 8000:8000 -p 8001:8001 -v regulars:/var/lib/regulars IMAGE` is the whole product with its own database.
ENTRYPOINT ["regulars"]
CMD ["up", "--no-demo"]
