package dev.chaperone.policy.cel;

import org.jspecify.annotations.Nullable;

/**
 * Something wrong in an expression.
 *
 * @param line line of the expression, from 1
 * @param column column in that line, from 1, in UTF-16 code units
 * @param excerpt the text of the line
 * @param message what is wrong, in one line
 * @param mend what to write instead
 */
public record ExpressionProblem(int line, int column, String excerpt, String message, @Nullable String mend) {}
