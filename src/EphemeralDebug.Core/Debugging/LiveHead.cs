namespace EphemeralDebug.Core.Debugging;

/// <summary>What the live streams have brought since the attach, while it is held.</summary>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Ended">Whether that was all.</param>
internal readonly record struct LiveHead(ReadOnlyMemory<byte> Output, ReadOnlyMemory<byte> Error, bool Ended)
{
    internal bool HasBytes => Output.Length + Error.Length > 0;
}
