package dev.chaperone.guardrail.mcp;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The header fields of a request, whatever server read them. Names are compared without regard to case. */
public interface Headers {
    /** The values of all fields of this name, in order. */
    List<String> all(String name);

    /** All names, as they were written. */
    Set<String> names();

    /**
     * The value of a field that may stand once at most.
     *
     * @return null when it is absent
     * @throws RefusedException when it stands twice
     */
    default @Nullable String single(String name) throws RefusedException {
        List<String> values = all(name);
        if (values.size() > 1) {
            throw RefusedException.invalid("the header " + name + " stands more than once");
        }
        return values.isEmpty() ? null : values.getFirst();
    }
}
