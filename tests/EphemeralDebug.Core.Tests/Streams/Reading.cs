using System.Text;
using EphemeralDebug.Core.Streams;
using Xunit;

namespace EphemeralDebug.Core.Tests.Streams;

/// <summary>Reads a stream to its end, or as far as a test wants.</summary>
internal static class Reading
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    internal static ValueTask WriteAsync(this IProcessStreams streams, string text) => streams.WriteAsync(Encoding.UTF8.GetBytes(text), Stop);

    /// <summary>All that was written, and how it ended.</summary>
    internal static async Task<(string Output, string Error, StreamEnd End)> ReadToEndAsync(this IProcessStreams streams)
    {
        using MemoryStream output = new(), error = new();
        while (await streams.ReadAsync(Stop) is { } piece)
        {
            Assert.False(piece.Bytes.IsEmpty);
            (piece.IsError ? error : output).Write(piece.Bytes.Span);
        }
        return (Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()), streams.End!);
    }

    /// <summary>Reads until so much output has come as to hold a text.</summary>
    internal static async Task<string> ReadUntilAsync(this IProcessStreams streams, string text)
    {
        StringBuilder seen = new();
        while (!seen.ToString().Contains(text, StringComparison.Ordinal))
        {
            StreamPiece piece = await streams.ReadAsync(Stop) ?? throw new InvalidOperationException($"Ended with '{seen}': {streams.End}");
            seen.Append(Encoding.UTF8.GetString(piece.Bytes.Span));
        }
        return seen.ToString();
    }
}
