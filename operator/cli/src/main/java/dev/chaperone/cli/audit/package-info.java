/** Whether audit trails are whole: lines in, findings out. It reads no file itself. */
@NullMarked
package dev.chaperone.cli.audit;

import org.jspecify.annotations.NullMarked;
