using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using EphemeralDebug.Core.Api;

namespace EphemeralDebug.Core.Debugging;

/// <summary>What somebody who follows a pod is told: one of the three.</summary>
/// <param name="Detail">The pod has changed, or exists.</param>
/// <param name="Gone">Whether the pod was deleted, or never existed.</param>
/// <param name="Event">An event about the pod.</param>
internal readonly record struct PodNews(PodDetail? Detail, bool Gone, ClusterEvent? Event)
{
    /// <summary>The pod's row.</summary>
    internal PodInfo? Pod => Detail?.Row;
}

/// <summary>One pod, followed by one who waits; disposing it ends the interest.</summary>
internal sealed class PodFollower : IDisposable
{
    private readonly NamespaceFeed _feed;
    private readonly Channel<PodNews> _news = Channel.CreateUnbounded<PodNews>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _end;
    private ulong? _from;

    internal PodFollower(NamespaceFeed feed, string pod, CancellationToken end)
    {
        _feed = feed;
        Pod = pod;
        _end = CancellationTokenSource.CreateLinkedTokenSource(end);
        End = _end.Token;
    }

    internal string Pod { get; }

    /// <summary>Cancelled when nobody follows any more.</summary>
    internal CancellationToken End { get; }

    /// <summary>Whether the pod has shown since its watch began anew.</summary>
    internal bool Seen { get; set; }

    /// <summary>Begins to receive: changes after <paramref name="resourceVersion"/>, or the present state first where it is null.</summary>
    internal void StartFrom(string? resourceVersion)
    {
        _from = NamespaceFeed.Number(resourceVersion);
        _feed.Start(this, resourceVersion);
    }

    /// <summary>Begins to receive events as well, those that were already there first.</summary>
    internal void StartEvents() => _feed.StartEvents(this);

    /// <summary>The next news.</summary>
    /// <exception cref="DebugException">The watch has failed.</exception>
    internal async ValueTask<PodNews> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                PodNews news = await _news.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                // A shared watch tells of the pod from the first interest on: what it was like before is not what it has become.
                if (!(NamespaceFeed.Number(news.Pod?.ResourceVersion) < _from)) return news;
            }
        }
        catch (ChannelClosedException e) when (e.InnerException is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
            throw;
        }
    }

    internal void Tell(PodNews news) => _news.Writer.TryWrite(news);

    internal void Fail(Exception failure) => _news.Writer.TryComplete(failure);

    public void Dispose()
    {
        _feed.Leave(this);
        _end.Cancel();
        _end.Dispose();
    }
}
