package dev.chaperone.policy;

import dev.chaperone.api.ServerDescription;
import dev.chaperone.config.OnDefinitionChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What of a tool server was reviewed.
 *
 * @param definitions the digests of the definitions that were reviewed, by tool
 * @param onChange what becomes of a tool that shows another one
 */
public record Pins(SortedMap<String, String> definitions, OnDefinitionChange onChange) {
    /** Nothing is pinned. */
    public static final Pins NONE = new Pins(Collections.emptySortedMap(), OnDefinitionChange.DENY);

    public Pins {
        definitions = Collections.unmodifiableSortedMap(new TreeMap<>(definitions));
    }

    /** @param spec may be one that the schema would refuse */
    public static Pins of(@Nullable ServerDescription spec) {
        if (spec == null) {
            return NONE;
        }
        SortedMap<String, String> definitions = new TreeMap<>();
        for (ServerDescription.Tool tool : Objects.requireNonNullElse(
                spec.tools(), List.<ServerDescription.Tool>of())) {
            if (tool.name() != null && tool.definition() != null) {
                definitions.put(tool.name(), tool.definition());
            }
        }
        return new Pins(
                definitions, Objects.requireNonNullElse(spec.onDefinitionChange(), OnDefinitionChange.DENY));
    }

    /**
     * What these pins kept and others do not, in sentences. A tool that is not listed any more counts: once it is again, a
     * missing pin would be nothing new.
     */
    public List<String> loosenedTo(Pins after) {
        List<String> lost = new ArrayList<>();
        if (onChange == OnDefinitionChange.DENY && after.onChange == OnDefinitionChange.REVIEW
                && !definitions.isEmpty() && !after.definitions.isEmpty()) {
            lost.add("onDefinitionChange goes from Deny to Review: what changed can be approved");
        }
        definitions.forEach((tool, pinned) -> {
            String now = after.definitions.get(tool);
            if (now == null) {
                lost.add("tool " + tool + " is no longer pinned, it was to " + pinned);
            } else if (!now.equals(pinned)) {
                lost.add("tool " + tool + " is pinned to " + now + ", it was to " + pinned);
            }
        });
        return List.copyOf(lost);
    }
}
