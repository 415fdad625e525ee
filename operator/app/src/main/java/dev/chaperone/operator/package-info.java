/** The operator as one process. */
package dev.chaperone.operator;
