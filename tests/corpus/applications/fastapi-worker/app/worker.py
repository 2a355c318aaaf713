class Settings:
    functions: list = []
