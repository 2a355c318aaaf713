import os

import redis
from flask import Flask

app = Flask(__name__)
cache = redis.Redis(host=os.environ["REDIS_HOST"])


@app.route("/")
def count():
    return str(cache.incr("hits"))
