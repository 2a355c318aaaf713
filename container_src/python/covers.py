"""Cover images for posts: small SVG drawings that follow from the post's id alone."""

from hashlib import sha256

WIDTH, HEIGHT = 320, 180
_CIRCLES = 5


def svg(post_id: int) -> str:
    """Draw the cover of a post. The same id always gives the same drawing."""
    # A digest, because neighbouring ids should look nothing like each other.
    digest = sha256(str(post_id).encode()).digest()
    hue = digest[0] * 360 // 256
    circles = "".join(
        f'<circle cx="{x * WIDTH // 255}" cy="{y * HEIGHT // 255}" r="{16 + size // 4}" '
        f'fill="hsl({(hue + 30 * n) % 360} 70% 60%)" fill-opacity="0.6"/>'
        for n, (x, y, size) in enumerate(
            zip(digest[1:], digest[11:], digest[21 : 21 + _CIRCLES], strict=False), start=1
        )
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><title>Cover of post {post_id}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="hsl({hue} 60% 30%)"/>{circles}'
        f'<text x="16" y="{HEIGHT - 16}" font-family="sans-serif" font-size="32" '
        f'fill="white">{post_id}</text></svg>'
    )


def describe(post_id: int) -> dict[str, str | int]:
    """Describe the cover of a post, as the list of images does."""
    return {
        "id": post_id,
        "url": f"/images/{post_id}.svg",
        "contentType": "image/svg+xml",
        "width": WIDTH,
        "height": HEIGHT,
    }
