package dev.chaperone.operator.shape;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.api.GuardrailShapeSpec;
import dev.chaperone.injection.GuardrailDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which guardrails pods may be created with. */
final class Shapes {
    // Two releases stand side by side while one replaces the other, and after going back.
    private static final int RELEASES = 2;

    private Shapes() {}

    /**
     * The shape of a release that takes over from what is there.
     *
     * @param present what is there; null when there is nothing yet
     * @param container the guardrail of the release
     * @param lock the egress lock of the release
     * @param volumes the volumes of the release
     * @param exempt whose pods need no guardrail, as far as it is known by now; null leaves what is there
     */
    static GuardrailShapeSpec next(
            @Nullable GuardrailShapeSpec present, JsonNode container, JsonNode lock,
            List<? extends JsonNode> volumes, @Nullable List<String> exempt) {
        return new GuardrailShapeSpec(
                newestFirst(container, present == null ? null : present.containers()),
                newestFirst(lock, present == null ? null : present.locks()), List.copyOf(volumes),
                earlier(present, Set.of(
                        GuardrailDigest.of(container, volumes), GuardrailDigest.of(container, lock, volumes))),
                exempt(present, exempt));
    }

    private static @Nullable List<String> exempt(
            @Nullable GuardrailShapeSpec present, @Nullable List<String> exempt) {
        if (exempt == null) {
            return present == null ? null : present.exempt();
        }
        return exempt.isEmpty() ? null : List.copyOf(exempt);
    }

    private static List<JsonNode> newestFirst(JsonNode newest, @Nullable List<JsonNode> before) {
        return Stream.concat(
                Stream.of(newest),
                Objects.requireNonNullElse(before, List.<JsonNode>of()).stream().filter(other -> !other.equals(newest)))
                .limit(RELEASES).toList();
    }

    private static @Nullable List<String> earlier(@Nullable GuardrailShapeSpec present, Set<String> now) {
        if (present == null || present.containers() == null || present.containers().isEmpty()) {
            return null;
        }
        List<String> all = new ArrayList<>();
        JsonNode container = present.containers().getFirst();
        all.add(GuardrailDigest.of(container, present.volumes()));
        if (present.locks() != null && !present.locks().isEmpty()) {
            all.add(GuardrailDigest.of(container, present.locks().getFirst(), present.volumes()));
        }
        all.addAll(Objects.requireNonNullElse(present.earlier(), List.of()));
        List<String> others = all.stream().filter(digest -> !now.contains(digest)).distinct()
                .limit(GuardrailShapeSpec.EARLIER).toList();
        return others.isEmpty() ? null : others;
    }
}
