package dev.chaperone.guardrail.proxy;

import dev.chaperone.guardrail.mcp.RefusedException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The head of a tool server's answer, once it is known to be one that may go on.
 *
 * @param status HTTP status
 * @param type media type in lower case, without parameters
 * @param length the length that the server announced, which its connection then holds it to; null for none
 * @param headers its header fields
 */
record AnswerHead(int status, String type, @Nullable String length, HttpHeaders headers) {
    private static final int FIRST_FINAL_STATUS = 200;
    private static final int LAST_STATUS = 599;

    /** @throws RefusedException when the answer must not go on */
    static AnswerHead check(HttpResponse response) throws RefusedException {
        HttpHeaders headers = response.headers();
        int status = response.status().code();
        if (status < FIRST_FINAL_STATUS || status > LAST_STATUS) {
            throw RefusedException.badGateway("the tool server's answer has a status that HTTP does not know");
        }
        if (headers.getAll(HttpHeaderNames.CONTENT_TYPE).size() > 1) {
            throw RefusedException.badGateway("the tool server's answer has two content types");
        }
        for (String coding : headers.getAll(HttpHeaderNames.CONTENT_ENCODING)) {
            if (!coding.equalsIgnoreCase("identity")) {
                throw RefusedException.badGateway("the tool server's answer is compressed");
            }
        }
        if (status == 401 || status == 403) {
            // The agent has no credential for this server and must not be sent to fetch one.
            throw RefusedException.badGateway("the tool server refused the guardrail's credential");
        }
        if (status >= 300 && status < 400) {
            throw RefusedException.badGateway("the tool server redirects");
        }
        String type = String.valueOf(headers.get(HttpHeaderNames.CONTENT_TYPE)).toLowerCase(Locale.ROOT);
        return new AnswerHead(status, type.split(";", 2)[0].strip(), headers.get(HttpHeaderNames.CONTENT_LENGTH),
                headers);
    }
}
