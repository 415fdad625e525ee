package dev.chaperone.controller.reconciler.server;

import dev.chaperone.api.ToolServerStatus;
import dev.chaperone.api.ToolServerStatus.Pin;
import dev.chaperone.config.OnDefinitionChange;
import dev.chaperone.controller.plan.ServerId;
import dev.chaperone.controller.reconciler.LastSeen;
import dev.chaperone.policy.Pins;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was pinned before. The status of a server says so over restarts; of one that was deleted and made again, which has
 * none yet, this replica remembers it.
 */
final class LastPins {
    private final LastSeen<ServerId, Pins> remembered = new LastSeen<>();

    /**
     * @param now what is pinned from now on
     * @return what was pinned until now
     */
    Pins replace(ServerId id, Pins now, @Nullable ToolServerStatus before) {
        Pins known = now.definitions().isEmpty() ? remembered.forget(id) : remembered.replace(id, now);
        return before == null ? Objects.requireNonNullElse(known, Pins.NONE) : pins(before);
    }

    private static Pins pins(ToolServerStatus status) {
        if (status.pinned() == null) {
            return Pins.NONE;
        }
        SortedMap<String, String> definitions = new TreeMap<>();
        for (Pin pin : status.pinned()) {
            definitions.put(pin.name(), pin.definition());
        }
        return new Pins(
                definitions, Objects.requireNonNullElse(status.onDefinitionChange(), OnDefinitionChange.DENY));
    }
}
