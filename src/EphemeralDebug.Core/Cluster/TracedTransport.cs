using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace EphemeralDebug.Core.Cluster;

/// <summary>
/// Tells of each request in one line: its method, path and query, what came of it, and after how many milliseconds. It never tells
/// headers or bodies, nor the words of a command, which the query of an exec carries and which may hold a password.
/// </summary>
/// <param name="inner">The way that the requests go.</param>
/// <param name="tell">Takes a line; called from any thread.</param>
public sealed partial class TracedTransport(IClusterTransport inner, Func<string, ValueTask> tell) : IClusterTransport
{
    /// <inheritdoc/>
    public string? Context => inner.Context;

    /// <inheritdoc/>
    public string? KubeConfig => inner.KubeConfig;

    /// <inheritdoc/>
    public string DefaultNamespace => inner.DefaultNamespace;

    /// <inheritdoc/>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        // Before it is sent: then the address becomes absolute.
        string what = $"{request.Method} {CommandWord().Replace(request.RequestUri?.OriginalString ?? "", "...")}";
        string result = "cancelled";
        long began = Stopwatch.GetTimestamp();
        try
        {
            HttpResponseMessage response = await inner.SendAsync(request, cancellationToken).ConfigureAwait(false);
            result = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
            return response;
        }
        catch (DebugException e)
        {
            result = e.StatusCode is { } code ? $"{code} {e.ErrorId}" : e.ErrorId;
            throw;
        }
        finally
        {
            await tell($"{what}: {result}, {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms").ConfigureAwait(false);
        }
    }

    [GeneratedRegex("(?<=[?&]command=)[^&]*", RegexOptions.CultureInvariant)]
    private static partial Regex CommandWord();
}
