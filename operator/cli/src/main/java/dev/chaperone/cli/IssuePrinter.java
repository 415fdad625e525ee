package dev.chaperone.cli;

import dev.chaperone.cli.console.Console;
import dev.chaperone.cli.console.Console.Tone;
import dev.chaperone.policy.Issue;
import java.util.List;

/** Prints issues, and what they come to. */
final class IssuePrinter {
    private IssuePrinter() {}

    static void print(Console console, List<Issue> issues) {
        for (Issue issue : issues) {
            String word = issue.isError() ? "error:" : "warning:";
            String text = issue.render();
            console.line(text.replaceFirst(word, console.tone(issue.isError() ? Tone.BAD : Tone.STRONG, word)
                    .replace("\\", "\\\\")));
        }
    }

}
