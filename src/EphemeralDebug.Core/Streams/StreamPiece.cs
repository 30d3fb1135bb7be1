namespace EphemeralDebug.Core.Streams;

/// <summary>Some bytes that a process has written.</summary>
/// <param name="IsError">Whether they came on standard error.</param>
/// <param name="Bytes">The bytes, never empty; valid until the next read.</param>
public readonly record struct StreamPiece(bool IsError, ReadOnlyMemory<byte> Bytes);
