"""ECR's own API for images, over the registry that holds them."""

import base64
import hashlib
import http.client
import json

from botocore.exceptions import ClientError

_ACCEPTED = (
    "application/vnd.docker.distribution.manifest.v2+json,"
    "application/vnd.oci.image.manifest.v1+json"
)


class EcrImages:
    """BatchGetImage and PutImage.

    Attributes:
        put: The (repository, tag, digest) of every image that was put, in order.
        before_put: Called before an image is put, with its repository and tag.
    """

    def __init__(self, account, registry_port, password, front):
        self.put = []
        self.before_put = None
        self._account = account
        self._port = registry_port
        self._front = front
        words = base64.b64encode(f"AWS:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {words}", "Accept": _ACCEPTED}

    def __call__(self, operation, parameters):
        assert parameters["registryId"] == self._account
        name = parameters["repositoryName"]
        if name not in self._front.repositories:
            raise _error("RepositoryNotFoundException", f"'{name}' does not exist", operation)
        return {"batch-get-image": self._get, "put-image": self._put}[operation](name, parameters)

    def tags(self, name):
        """The digest of each tag of a repository."""
        status, _, text = self._ask("GET", f"/v2/{name}/tags/list")
        tags = json.loads(text)["tags"] if status == 200 else None
        return {tag: self._manifest(name, tag)[1] for tag in tags or ()}

    def copy(self, name, tag, other):
        """Give an image another tag, as somebody else would."""
        text, _, kind = self._manifest(name, tag)
        path = f"/v2/{name}/manifests/{other}"
        assert self._ask("PUT", path, text.encode(), {"Content-Type": kind})[0] == 201

    def _get(self, name, parameters):
        images, failures = [], []
        for wanted in parameters["imageIds"]:
            text, digest, kind = self._manifest(
                name, wanted.get("imageDigest") or wanted["imageTag"]
            )
            if digest is None:
                failures.append({"imageId": wanted, "failureCode": "ImageNotFound"})
                continue
            images.append(
                {
                    "registryId": self._account,
                    "repositoryName": name,
                    "imageId": {**wanted, "imageDigest": digest},
                    "imageManifest": text,
                    "imageManifestMediaType": kind,
                }
            )
        return {"images": images, "failures": failures}

    def _put(self, name, parameters):
        tag, text = parameters["imageTag"], parameters["imageManifest"]
        digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
        if self.before_put:
            self.before_put(name, tag)
        if parameters.get("imageDigest", digest) != digest:
            raise _error("ImageDigestDoesNotMatchException", digest, "PutImage")
        now = self._manifest(name, tag)[1]
        if now == digest:
            raise _error("ImageAlreadyExistsException", f"Image with digest {digest}", "PutImage")
        if now and tag not in self._front.moving_tags:
            raise _error("ImageTagAlreadyExistsException", f"immutable tag {tag}", "PutImage")
        status, _, answer = self._ask(
            "PUT",
            f"/v2/{name}/manifests/{tag}",
            text.encode(),
            {"Content-Type": parameters["imageManifestMediaType"]},
        )
        assert status == 201, answer
        self.put.append((name, tag, digest))
        return {"image": {"imageId": {"imageDigest": digest, "imageTag": tag}}}

    def _manifest(self, name, reference):
        status, headers, text = self._ask("GET", f"/v2/{name}/manifests/{reference}")
        if status != 200:
            return None, None, None
        return text.decode(), headers["Docker-Content-Digest"], headers["Content-Type"]

    def _ask(self, method, path, body=None, headers=None):
        upstream = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            upstream.request(method, path, body, {**self._headers, **(headers or {})})
            answer = upstream.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            upstream.close()


def _error(code, message, operation):
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)
