package dev.chaperone.controller.reconciler;

import dev.chaperone.api.OversightRequirement;
import dev.chaperone.api.OversightRequirement.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What there is to tell of an agent's oversight: requirements that began to lack, what that narrowed, and those that lack
 * no longer, because they are in force again or nobody asks for them any more.
 *
 * @param type of the event
 */
record OversightNews(String type, String reason, String note) {
    private static final String WARNING = "Warning";
    private static final String NORMAL = "Normal";
    private static final String RESTORED = "OversightRestored";

    static List<OversightNews> between(@Nullable List<OversightRequirement> before,
            @Nullable List<OversightRequirement> now) {
        List<OversightRequirement> olds = Objects.requireNonNullElse(before, List.of());
        List<OversightRequirement> news = Objects.requireNonNullElse(now, List.of());
        List<OversightNews> told = new ArrayList<>();
        for (OversightRequirement each : news) {
            OversightRequirement old = named(each.requirement(), olds);
            boolean lacked = old != null && old.state().lacks();
            String note = each.requirement() + ", since " + each.since() + ": " + each.message();
            if (each.state().lacks() && !lacked) {
                told.add(new OversightNews(WARNING, "OversightLapsed", note));
            }
            if (each.narrowed() != null && (old == null || old.narrowed() == null)) {
                told.add(new OversightNews(
                        WARNING, "OversightNarrowed", String.join("; ", each.narrowed()) + ", because of " + note));
            }
            if (lacked && each.state() == State.MET) {
                told.add(new OversightNews(
                        NORMAL, RESTORED, each.requirement() + " is in force again, since " + each.since()));
            }
        }
        for (OversightRequirement old : olds) {
            if (old.state().lacks() && named(old.requirement(), news) == null) {
                told.add(new OversightNews(
                        NORMAL, RESTORED,
                        old.requirement() + ", which lacked since " + old.since() + ", is no longer required"));
            }
        }
        return told;
    }

    private static @Nullable OversightRequirement named(String name, List<OversightRequirement> requirements) {
        return requirements.stream().filter(each -> each.requirement().equals(name)).findFirst().orElse(null);
    }
}
