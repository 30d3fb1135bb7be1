using System.Runtime.CompilerServices;
using System.Text;

namespace EphemeralDebug.Core.Api;

/// <summary>Reads a log as lines of text.</summary>
internal static class LogLines
{
    private const int LongestLine = 1024 * 1024;

    internal static async IAsyncEnumerable<string> ReadAsync(Stream log, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var lines = new LineSplitter(log, LongestLine);
        while (await NextAsync(lines, cancellationToken).ConfigureAwait(false)) yield return Encoding.UTF8.GetString(lines.Current.Span);
    }

    private static async ValueTask<bool> NextAsync(LineSplitter lines, CancellationToken cancellationToken)
    {
        try
        {
            return await lines.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (Answer.Translate(e, "log", cancellationToken) is { } failure)
        {
            throw failure;
        }
    }
}
