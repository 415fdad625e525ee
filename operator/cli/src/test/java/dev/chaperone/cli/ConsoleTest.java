package dev.chaperone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.cli.console.Console;
import org.junit.jupiter.api.Test;

class ConsoleTest {
    @Test
    void namesThatAgentsChooseCannotForgeALine() {
        // When
        String shown = Console.plain("x\u001b[2J\nAllow s/free\u202e\u2028 ä");

        // Then
        assertThat(shown).isEqualTo("x\\u001b[2J\\u000aAllow s/free\\u202e\\u2028 ä");
    }

    @Test
    void longNamesAreCut() {
        assertThat(Console.plain("x".repeat(5000))).isEqualTo("x".repeat(160) + "…");
    }
}
