/**
 * Beside the source: the one place that reaches into Debezium's insides, and so lies in its
 * package; an upgrade that moves what is used here does not compile.
 */
@NullMarked
package io.debezium.pipeline;

import org.jspecify.annotations.NullMarked;
