package dev.chaperone.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.chaperone.config.Capability;
import dev.chaperone.guardrail.mcp.EnvelopeReader;
import dev.chaperone.guardrail.mcp.Headers;
import dev.chaperone.guardrail.mcp.McpMessage;
import dev.chaperone.guardrail.mcp.McpMessage.ToolCallRequest;
import dev.chaperone.guardrail.mcp.RefusedException;
import dev.chaperone.guardrail.proxy.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A line of {@code decide}: {@code {"server":…,"tool":…,"args":{…}}}. Only the line is taken apart here; tool and
 * arguments are put as they stand into the message that an agent would send, and read by what reads agents' messages.
 *
 * @param server name of the tool server
 * @param tool name of the tool
 * @param message the message
 */
record CallLine(String server, String tool, byte[] message) {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final Set<String> MEMBERS = Set.of("server", "tool", "args");
    private static final String FORM = "a call is {\"server\": \"…\", \"tool\": \"…\", \"args\": {…}}";
    private static final Headers NO_HEADERS = new Headers() {
        @Override
        public List<String> all(String name) {
            return List.of();
        }

        @Override
        public Set<String> names() {
            return Set.of();
        }
    };

    /** @throws IllegalArgumentException when the line is no call, with a message that says why */
    static CallLine parse(byte[] line) {
        Map<String, byte[]> members = members(line);
        if (members.containsKey("arguments")) {
            throw new IllegalArgumentException("write 'args' for 'arguments': " + FORM);
        }
        if (!MEMBERS.containsAll(members.keySet()) || !members.containsKey("server") || !members.containsKey("tool")) {
            throw new IllegalArgumentException(FORM);
        }
        byte[] tool = members.get("tool");
        var message = new ByteArrayOutputStream(line.length + 100);
        message.writeBytes(utf8("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":"));
        message.writeBytes(tool);
        message.writeBytes(utf8(",\"arguments\":"));
        message.writeBytes(members.getOrDefault("args", utf8("{}")));
        message.writeBytes(utf8("}}"));
        return new CallLine(text(members.get("server")), text(tool), message.toByteArray());
    }

    /** @throws RefusedException when a guardrail would refuse the call before any rule */
    ToolCallRequest read() throws RefusedException {
        if (message.length > Limits.DEFAULT.bodyBytes()) {
            throw RefusedException.http(413, "the body is too large");
        }
        McpMessage read = EnvelopeReader.read(NO_HEADERS, message, EnumSet.allOf(Capability.class));
        if (read instanceof ToolCallRequest call) {
            return call;
        }
        throw RefusedException.invalid("no tool call");
    }

    // Read as Latin-1, in which a character is a byte: what is wrong inside the arguments is not this reader's business.
    private static Map<String, byte[]> members(byte[] line) {
        Map<String, byte[]> members = new TreeMap<>();
        try (JsonParser parser = FACTORY.createParser(new String(line, StandardCharsets.ISO_8859_1))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException(FORM);
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                int start = (int) parser.currentTokenLocation().getCharOffset();
                parser.skipChildren();
                // Moves past the end of strings and numbers, which are read only when asked for.
                parser.getTextLength();
                int end = (int) parser.currentLocation().getCharOffset();
                byte[] value = Arrays.copyOfRange(line, start, end);
                if (members.put(name, value) != null) {
                    throw new IllegalArgumentException("an object names a member twice");
                }
            }
            if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
                throw new IllegalArgumentException("something follows the call");
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("not well-formed JSON", e);
        }
        return members;
    }

    private static String text(byte[] json) {
        try (JsonParser parser = FACTORY.createParser(new String(json, StandardCharsets.UTF_8))) {
            if (parser.nextToken() == JsonToken.VALUE_STRING) {
                return parser.getText();
            }
        } catch (IOException e) {
            // The same as no string.
        }
        throw new IllegalArgumentException(FORM);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
