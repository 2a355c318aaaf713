"""A Compose file with a secret of each kind, and what templates say of secrets."""

FILE = """
    name: shop
    services:
      web:
        image: nginx
        ports: ["80"]
        secrets: [DB_PASSWORD, API_KEY, LICENSE]
    secrets:
      DB_PASSWORD: {file: ../secrets/.secret-pass}
      API_KEY:
        file: ../secrets/.secret-key
        x-serverless-containers: {store: parameter-store}
      LICENSE:
        external: true
        name: vendor/license
        x-serverless-containers: {json-key: key}
    """


def flat(value):
    """A value with its references in angle brackets."""
    match value:
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::Join": [between, parts]}:
            return between.join(map(flat, parts))
        case _:
            return value
