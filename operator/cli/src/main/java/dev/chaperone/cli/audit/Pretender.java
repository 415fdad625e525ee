package dev.chaperone.cli.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A line that begins as a record does and is none.
 *
 * @param why it is none
 * @param torn whether it may be the beginning of one that could not be finished
 * @param boot as far as it can be read
 * @param sequence as far as it can be read
 */
record Pretender(Place at, String why, boolean torn, @Nullable String boot, @Nullable Long sequence) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final Pattern BEGINNING = Pattern
            .compile("\\{\"boot\":\"([0-9a-f-]{36})\"(?:,\"seq\":([0-9]{1,18})[,}])?");
    private static final Pattern HEAD = Pattern.compile("\\{\"boot\":\"[0-9a-f-]{36}\",\"seq\":[0-9]{1,18},");
    private static final String SHORTEST_HEAD = "{\"boot\":\"00000000-0000-0000-0000-000000000000\",\"seq\":0,";
    // Which Jackson takes for something wrong, and not for the end.
    private static final Pattern CUT = Pattern.compile("(?:[:,\\[](?:t|tr|tru|f|fa|fal|fals|n|nu|nul)|,)$");

    static Pretender of(Place at, byte[] line, String why) {
        String text = new String(line, StandardCharsets.ISO_8859_1);
        Matcher beginning = BEGINNING.matcher(text);
        boolean legible = beginning.lookingAt();
        return new Pretender(
                at, why, beginsWell(text) && endsTooEarly(line, text), legible ? beginning.group(1) : null,
                legible && beginning.group(2) != null ? Long.valueOf(beginning.group(2)) : null);
    }

    /** As far as it goes; what begins otherwise was not only cut short. */
    private static boolean beginsWell(String text) {
        String completed = text
                + (text.length() < SHORTEST_HEAD.length() ? SHORTEST_HEAD.substring(text.length()) : ",");
        return HEAD.matcher(completed).lookingAt();
    }

    private static boolean endsTooEarly(byte[] line, String text) {
        try (JsonParser parser = JSON.createParser(line)) {
            while (parser.nextToken() != null) {
                parser.getText();
            }
            return false;
        } catch (JsonEOFException e) {
            return true;
        } catch (IOException e) {
            return CUT.matcher(text).find();
        }
    }

    /**
     * As a finding. What was cut short is none where nothing is missing for it: a process was killed while it wrote it,
     * or its disk was full and it wrote it again.
     *
     * @param strict whether it is one even so
     */
    @Nullable
    Finding finding(@Nullable Trail trail, boolean strict) {
        boolean missed = trail != null && sequence != null && sequence < trail.lastRun().to() && !trail.holds(sequence);
        return torn && !missed && !strict
                ? null
                : new Finding.Unreadable(boot, sequence == null ? null : Span.of(sequence), at, why);
    }
}
