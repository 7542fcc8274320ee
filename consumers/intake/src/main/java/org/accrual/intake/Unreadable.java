package org.accrual.intake;

/**
 * A record that this build cannot read, and will not by trying again: garbage, an unknown type, a
 * schema the registry does not have.
 *
 * @param reason what is wrong, for an operator
 */
public record Unreadable(Position position, StreamKey stream, String reason) implements Decoded {}
