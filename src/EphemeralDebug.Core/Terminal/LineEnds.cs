namespace EphemeralDebug.Core.Terminal;

/// <summary>Gives lines the ends that a raw terminal needs: a carriage return before each line feed that has none.</summary>
internal sealed class LineEnds
{
    private byte _before;

    /// <summary>Takes the next bytes of a text.</summary>
    internal ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> text)
    {
        List<byte> lines = new(text.Length + 64);
        foreach (byte one in text.Span)
        {
            if (one == '\n' && _before != '\r') lines.Add((byte)'\r');
            lines.Add(_before = one);
        }

        return lines.ToArray();
    }
}
