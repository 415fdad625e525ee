package dev.chaperone.operator.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.injection.Owners;
import dev.chaperone.injection.Owners.Owner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecentOwnersTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 1000);
    private final List<String> asked = new ArrayList<>();
    private @Nullable String image = "good";
    private final Owners recent = new RecentOwners(this::live, nanoTime::get);

    private @Nullable Owner live(String namespace, String apiVersion, String kind, String name, String uid) {
        asked.add(name);
        return image == null
                ? null
                : Owner.of(JSON.createObjectNode().<com.fasterxml.jackson.databind.node.ObjectNode>set(
                        "metadata", JSON.createObjectNode().put("uid", uid))
                        .set("spec", JSON.createObjectNode().set("template", JSON.createObjectNode()
                                .put("image", image))));
    }

    private @Nullable Owner find(String uid) {
        return recent.find("dev", "apps/v1", "ReplicaSet", "coder", uid);
    }

    @Test
    void asksOnceForAMoment() {
        // Given
        Owner first = find("u");
        nanoTime.addAndGet(RecentOwners.MOMENT.toNanos() - 1);

        // When
        Owner second = find("u");

        // Then
        assertThat(second).isSameAs(first);
        assertThat(asked).hasSize(1);
    }

    @Test
    void seesAChangeAfterThatMoment() {
        // Given
        find("u");
        image = "evil";
        nanoTime.addAndGet(RecentOwners.MOMENT.toNanos());

        // When
        Owner owner = find("u");

        // Then
        assertThat(owner.template().toString()).contains("evil");
    }

    @Test
    void asksAnewWhenItIsToldTo() {
        // Given
        find("u");
        image = "edited";

        // When
        Owner owner = recent.findAnew("dev", "apps/v1", "ReplicaSet", "coder", "u");

        // Then
        assertThat(owner.template().toString()).contains("edited");
        assertThat(find("u")).isSameAs(owner);
    }

    @Test
    void remembersNobodyWhoIsNotThere() {
        // Given
        image = null;
        find("u");
        image = "good";

        // When
        Owner owner = find("u");

        // Then
        assertThat(owner).isNotNull();
    }

    @Test
    void takesNoOwnerForAnotherOfItsName() {
        // Given
        find("u");

        // When
        find("another");

        // Then
        assertThat(asked).hasSize(2);
    }
}
