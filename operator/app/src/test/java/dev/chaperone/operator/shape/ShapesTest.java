package dev.chaperone.operator.shape;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.api.GuardrailShapeSpec;
import dev.chaperone.injection.GuardrailDigest;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShapesTest {
    private static final List<ObjectNode> VOLUMES = List.of(JsonNodeFactory.instance.objectNode().put("name", "v"));

    private static ObjectNode release(String image) {
        return JsonNodeFactory.instance.objectNode().put("image", image);
    }

    private static GuardrailShapeSpec takenOver(String... releases) {
        GuardrailShapeSpec shape = null;
        for (String release : releases) {
            shape = Shapes.next(shape, release(release), lock(release), VOLUMES, null);
        }
        return shape;
    }

    @Test
    void theFirstReleaseStandsAlone() {
        assertThat(takenOver("one").containers()).containsExactly(release("one"));
    }

    @Test
    void theReleaseBeforeIsStillAdmitted() {
        assertThat(takenOver("one", "two", "three").containers()).containsExactly(release("three"), release("two"));
    }

    @Test
    void aReleaseThatTakesOverAgainChangesNothing() {
        assertThat(takenOver("one", "two", "two")).isEqualTo(takenOver("one", "two"));
    }

    @Test
    void goingBackPutsTheOldReleaseFirst() {
        assertThat(takenOver("one", "two", "one").containers()).containsExactly(release("one"), release("two"));
    }

    @Test
    void whatWasInjectedBeforeIsRemembered() {
        assertThat(takenOver("one").earlier()).isNull();
        assertThat(takenOver("one", "two", "three").earlier()).containsExactly(
                digest("two"), locked("two"), digest("one"), locked("one"));
        assertThat(takenOver("one", "two", "one").earlier()).containsExactly(digest("two"), locked("two"));
    }

    @Test
    void theLockOfTheReleaseBeforeIsStillAdmitted() {
        assertThat(takenOver("one", "two", "three").locks()).containsExactly(lock("three"), lock("two"));
    }

    @Test
    void aReleaseWithoutALockIsTakenOverAlike() {
        // Given
        GuardrailShapeSpec before = new GuardrailShapeSpec(List.of(release("one")), null, List.copyOf(VOLUMES), null,
                null);

        // When
        GuardrailShapeSpec next = Shapes.next(before, release("two"), lock("two"), VOLUMES, null);

        // Then
        assertThat(next.locks()).containsExactly(lock("two"));
        assertThat(next.earlier()).containsExactly(digest("one"));
    }

    @Test
    void otherVolumesAreAnotherGuardrail() {
        // Given
        GuardrailShapeSpec before = Shapes.next(null, mounting(), lock("one"), VOLUMES, null);

        // When
        GuardrailShapeSpec next = Shapes.next(
                before, mounting(), lock("one"), List.of(VOLUMES.getFirst().deepCopy().put("medium", "Memory")), null);

        // Then
        assertThat(next.containers()).hasSize(1);
        assertThat(next.earlier()).containsExactly(
                GuardrailDigest.of(mounting(), VOLUMES), GuardrailDigest.of(mounting(), lock("one"), VOLUMES));
    }

    @Test
    void whoIsExemptStaysSoUntilItIsKnownOtherwise() {
        // Given
        GuardrailShapeSpec exempting = Shapes.next(null, release("one"), lock("one"), VOLUMES, List.of("dev/postgres"));

        // When
        GuardrailShapeSpec upgraded = Shapes.next(exempting, release("two"), lock("two"), VOLUMES, null);

        // Then
        assertThat(upgraded.exempt()).containsExactly("dev/postgres");
        assertThat(upgraded.containers()).containsExactly(release("two"), release("one"));
    }

    @Test
    void whoIsExemptNoLongerIsNotNamed() {
        // Given
        GuardrailShapeSpec exempting = Shapes.next(null, release("one"), lock("one"), VOLUMES, List.of("dev/postgres"));

        // When
        GuardrailShapeSpec next = Shapes.next(exempting, release("one"), lock("one"), VOLUMES, List.of());

        // Then
        assertThat(next).isEqualTo(Shapes.next(null, release("one"), lock("one"), VOLUMES, null));
    }

    private static ObjectNode mounting() {
        ObjectNode container = release("one");
        container.putArray("volumeMounts").addObject().put("name", "v");
        return container;
    }

    private static ObjectNode lock(String image) {
        return release(image).put("name", "lock");
    }

    private static String locked(String image) {
        return GuardrailDigest.of(release(image), lock(image), VOLUMES);
    }

    private static String digest(String image) {
        return GuardrailDigest.of(release(image), VOLUMES);
    }
}
