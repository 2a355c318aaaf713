// Where parsers of paths differ: control characters, backslashes, what stands for a slash, empty
// segments, and dot segments, which some servers see before a semicolon, a question mark and a
// number sign too.
var AMBIGUOUS = /[\x00-\x1f\x7f\\]|%(?:[01][0-9a-f]|7f|2f|5c)|\/(?:\/|(?:\.|%2e){1,2}(?:[\/;?#]|%(?:3b|3f|23)|$))/i;

// A path that needs no sign-in would bring a viewer's own copy of these to the containers: who
// signed in, and, to frameworks that believe it, another path than the load balancer has seen.
var NOT_FOR_VIEWERS = [
    'x-amzn-oidc-data',
    'x-amzn-oidc-identity',
    'x-amzn-oidc-accesstoken',
    'x-original-url',
    'x-rewrite-url'
];

function isAmbiguous(uri) {
    var decoded;
    try {
        decoded = decodeURIComponent(uri);
    } catch (error) {
        return true;
    }
    // Both: an encoded slash cannot be told from a slash once it is decoded, and what was encoded
    // twice shows only then.
    return AMBIGUOUS.test(uri) || AMBIGUOUS.test(decoded);
}

function handler(event) {
    var request = event.request;
    if (isAmbiguous(request.uri)) {
        return {
            statusCode: 400,
            statusDescription: 'Bad Request',
            headers: {
                'content-type': { value: 'text/plain; charset=utf-8' },
                'cache-control': { value: 'no-store' }
            },
            body: 'The path of this address can be read in more than one way.\n'
        };
    }
    NOT_FOR_VIEWERS.forEach(function (name) {
        delete request.headers[name];
    });
    return request;
}
