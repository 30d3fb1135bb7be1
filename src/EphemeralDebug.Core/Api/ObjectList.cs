using System.Runtime.CompilerServices;
using EphemeralDebug.Core.Cluster;

namespace EphemeralDebug.Core.Api;

/// <summary>Makes a row of the JSON of one object.</summary>
internal delegate T RowReader<out T>(ReadOnlySpan<byte> json);

/// <summary>
/// One list of the server, read page by page: a row is given as soon as its bytes are there, and a page is asked for only when
/// the rows before it have been taken, so that who stops early stops the requests.
/// </summary>
internal sealed class ObjectList<T>(IClusterTransport transport, string path, RequestQuery query, int pageSize, RowReader<T> read, Func<T, string> keyOf)
    where T : class
{
    // The server answers when it has a page ready: a small one is there sooner.
    private const int FirstPage = 100;

    /// <summary>The version of the list, from which a watch goes on; known when the list has been read to its end.</summary>
    internal string? ResourceVersion { get; private set; }

    internal async IAsyncEnumerable<T> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var limit = Math.Min(FirstPage, pageSize);
        string? next = null;
        T? last = null;
        string? skipTo = null;
        var isProgressing = true;
        bool isExpired;
        do
        {
            isExpired = false;
            var uri = path + query.With("limit", limit).With("continue", next);
            HttpResponseMessage response;
            try
            {
                response = await Answer.GetAsync(transport, uri, cancellationToken).ConfigureAwait(false);
            }
            catch (DebugException e) when (e.StatusCode == 410 && next is not null && isProgressing)
            {
                // The list is older than the server remembers. Mostly it gives a token that goes on with the present
                // state; else we begin anew and leave out what was given. One key is enough to know that: a continue
                // token is a place in the order of keys, so a server that gives one keeps that order.
                next = e.ContinueToken;
                if (next is null) skipTo = last is null ? null : keyOf(last);
                (isExpired, isProgressing) = (true, false);
                continue;
            }

            using (response)
            {
                var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                await using var _ = stream.ConfigureAwait(false);
                using var page = new ListSplitter(stream);
                while (await MoveNextAsync(page, cancellationToken).ConfigureAwait(false))
                {
                    var row = Row(page);
                    if (skipTo is not null && string.CompareOrdinal(keyOf(row), skipTo) <= 0) continue;
                    (last, isProgressing) = (row, true);
                    yield return row;
                }
                next = page.Continue;
                ResourceVersion = page.ResourceVersion;
            }
            limit = pageSize;
        }
        while (next is not null || isExpired);
    }

    private async ValueTask<bool> MoveNextAsync(ListSplitter page, CancellationToken cancellationToken)
    {
        try
        {
            return await page.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (Answer.Translate(e, path, cancellationToken) is { } failure)
        {
            throw failure;
        }
    }

    private T Row(ListSplitter page)
    {
        try
        {
            return read(page.Current);
        }
        catch (Exception e) when (Answer.Translate(e, path, CancellationToken.None) is { } failure)
        {
            throw failure;
        }
    }
}
