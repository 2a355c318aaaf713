// Where parsers of paths differ: control characters, backslashes, what stands for a slash, empty
// segments, and dot segments, which some servers see with blanks around their dots and before a
// semicolon, a question mark and a number sign too.
var AMBIGUOUS = /[\x00-\x1f\x7f\\\uff0f]|%(?:[01][0-9a-f]|7f|2f|5c)|\/(?:\/|(?:\.{1,2}|\.*\s[.\s]*)(?:[\/;?#]|$))/i;

// A path is read on until nothing in it changes. What takes more turns is no honest path, and would
// take this function longer than it may.
var TURNS = 8;

// A path that needs no sign-in would bring a viewer's own copy of these to the containers: who
// signed in, and, to frameworks that believe it, another path than the load balancer has seen.
var NOT_FOR_VIEWERS = [
    'x-amzn-oidc-data',
    'x-amzn-oidc-identity',
    'x-amzn-oidc-accesstoken',
    'x-original-url',
    'x-rewrite-url'
];

// Characters that Unicode calls compatible with ASCII's, as servers that normalise paths read them.
function normalized(text) {
    return text
        .replace(/[\uff01-\uff5e]/g, function (wide) {
            return String.fromCharCode(wide.charCodeAt(0) - 0xfee0);
        })
        .replace(/[\u2024\ufe52]/g, '.')
        .replace(/\u2025/g, '..')
        .replace(/\ufe68/g, '\\')
        .replace(/\ufe6a/g, '%');
}

function decoded(text) {
    try {
        return decodeURIComponent(text);
    } catch (error) {
        // As servers do that leave alone what they cannot decode.
        return text.replace(/%([0-7][0-9a-f])/gi, function (_, digits) {
            return String.fromCharCode(parseInt(digits, 16));
        });
    }
}

function isAmbiguous(uri) {
    var text;
    var next;
    var turn;
    try {
        next = decodeURIComponent(uri);
    } catch (error) {
        return true;
    }
    // An encoded slash cannot be told from a slash once it is decoded.
    if (AMBIGUOUS.test(uri)) {
        return true;
    }
    for (turn = 0; turn < TURNS; turn += 1) {
        if (AMBIGUOUS.test(next)) {
            return true;
        }
        text = next;
        next = normalized(text);
        if (next === text) {
            next = decoded(text);
        }
        if (next === text) {
            return false;
        }
    }
    return true;
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
