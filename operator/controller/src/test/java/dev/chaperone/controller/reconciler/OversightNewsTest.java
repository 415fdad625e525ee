package dev.chaperone.controller.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.OversightRequirement;
import dev.chaperone.api.OversightRequirement.State;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OversightNewsTest {
    private static final OversightRequirement MET = review(State.MET, null);
    private static final OversightRequirement LAPSED = review(State.LAPSED, null);
    private static final OversightRequirement NARROWED = review(State.LAPSED, List.of("Deny *"));

    @Test
    void aLapseAndWhatItNarrowsAndItsEndAreToldOnce() {
        assertThat(OversightNews.between(List.of(MET), List.of(LAPSED))).extracting(OversightNews::reason)
                .containsExactly("OversightLapsed");
        assertThat(OversightNews.between(List.of(LAPSED), List.of(NARROWED))).extracting(OversightNews::note)
                .containsExactly("Deny *, because of review, since 2026-03-01T12:00:00Z: nobody");
        assertThat(OversightNews.between(List.of(NARROWED), List.of(NARROWED))).isEmpty();
        assertThat(OversightNews.between(List.of(NARROWED), List.of(MET))).extracting(OversightNews::note)
                .containsExactly("review is in force again, since 2026-03-01T12:00:00Z");
    }

    @Test
    void aLapseThatNobodyAsksAboutAnyMoreIsOverToo() {
        assertThat(OversightNews.between(List.of(NARROWED), null)).containsExactly(new OversightNews(
                "Normal", "OversightRestored",
                "review, which lacked since 2026-03-01T12:00:00Z, is no longer required"));
        assertThat(OversightNews.between(List.of(MET), null)).isEmpty();
    }

    private static OversightRequirement review(State state, @Nullable List<String> narrowed) {
        return new OversightRequirement(
                "review", state, "2026-03-01T12:00:00Z", "Reason", "nobody", List.of(), narrowed, null);
    }
}
