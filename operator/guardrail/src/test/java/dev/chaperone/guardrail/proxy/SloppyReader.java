package dev.chaperone.guardrail.proxy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.chaperone.config.CanonicalJson;
import dev.chaperone.config.Digests;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** Reads a body as the worst tool server would: whatever could be a call is one, and the last of two keys counts. */
final class SloppyReader {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(JsonReadFeature.ALLOW_LEADING_ZEROS_FOR_NUMBERS)
            .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            .configure(JsonParser.Feature.STRICT_DUPLICATE_DETECTION, false)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    record Found(String tool, String argumentsDigest) {}

    private SloppyReader() {}

    static List<Found> calls(RawHttp.Message request) {
        List<Found> calls = new ArrayList<>();
        try (MappingIterator<JsonNode> documents = MAPPER.readerFor(JsonNode.class).readValues(text(request))) {
            while (documents.hasNext()) {
                collect(documents.next(), calls);
            }
        } catch (IOException | RuntimeException e) {
            // What came before the garbage has run.
        }
        return calls;
    }

    private static String text(RawHttp.Message request) throws IOException {
        byte[] body = request.body();
        if ("gzip".equals(request.header("content-encoding"))) {
            body = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
        }
        String type = String.valueOf(request.header("content-type")).toLowerCase(Locale.ROOT);
        Charset charset = type.contains("utf-16") ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8;
        String text = new String(body, charset);
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static void collect(JsonNode message, List<Found> calls) {
        if (message.isArray()) {
            message.forEach(each -> collect(each, calls));
        } else if ("tools/call".equalsIgnoreCase(folded(message, "method").asText().strip())) {
            JsonNode params = folded(message, "params");
            calls.add(new Found(folded(params, "name").asText(), digest(folded(params, "arguments"))));
        }
    }

    /** As a reader that takes keys without regard to case does, the last of them. */
    private static JsonNode folded(JsonNode object, String name) {
        JsonNode found = object.path(name);
        for (var member : object.properties()) {
            String key = member.getKey().toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
            if (key.equals(name)) {
                found = member.getValue();
            }
        }
        return found;
    }

    private static String digest(JsonNode arguments) {
        try {
            JsonNode given = arguments.isMissingNode() ? MAPPER.createObjectNode() : arguments;
            return Digests.of(CanonicalJson.bytes(given));
        } catch (IllegalArgumentException e) {
            return "none";
        }
    }
}
