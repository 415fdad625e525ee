/** The CEL environment of policies: what expressions may say, how they are compiled and how mistakes are explained. */
package dev.chaperone.policy.cel;
