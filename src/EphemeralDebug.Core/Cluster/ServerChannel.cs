using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;

namespace EphemeralDebug.Core.Cluster;

/// <summary>
/// The way to one server with one set of credentials: the pool of connections, the headers that every request carries, retries, and the
/// reading of refusals. Contexts that differ in nothing but their namespace share one.
/// </summary>
internal sealed class ServerChannel
{
    private static readonly string s_userAgent =
        $"EphemeralDebug/{typeof(ServerChannel).Assembly.GetName().Version?.ToString(3)} ({Platform()}/{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()})";

    private readonly KubeCluster _cluster;
    private readonly KubeUser _user;
    private readonly string _owner;
    private readonly ClusterEnvironment _environment;
    private readonly ICredentialSource _credentials;
    private readonly string? _hostHeader;
    private readonly object _lock = new();
    private HttpMessageInvoker? _pipeline;
    private string? _pipelineCertificate;

    internal ServerChannel(KubeCluster cluster, KubeUser user, string clusterName, ClusterEnvironment environment)
    {
        _cluster = cluster;
        _user = user;
        _owner = $"cluster '{clusterName}'";
        _environment = environment;
        _credentials = CredentialSources.For(user, cluster, environment);
        _hostHeader = PipelineFactory.HostHeader(cluster, environment);
        Server = cluster.Server;
    }

    internal Uri Server { get; }

    /// <summary>How long a server may take until the headers of its answer; a little more than its own limit, so that its answer comes first.</summary>
    internal TimeSpan HeaderLimit { get; init; } = TimeSpan.FromSeconds(65);

    internal async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string path = Prepare(request);
        // A body must be there again for another try.
        if (request.Content is not null) await request.Content.LoadIntoBufferAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        bool loggedInAgain = false;
        int attempt = 0;
        while (true)
        {
            attempt++;
            Credential credential = await _credentials.GetAsync(cancellationToken).ConfigureAwait(false);
            HttpResponseMessage response;
            try
            {
                response = await SendOnceAsync(request, credential, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested && failure is HttpRequestException or IOException or OperationCanceledException)
            {
                if (RetryPolicy.AfterFailure(request, failure, attempt) is not { } pause) throw ConnectionFailure.From(failure, _cluster);
                await PauseAsync(pause, cancellationToken).ConfigureAwait(false);
                continue;
            }
            catch (Exception torn) when (cancellationToken.IsCancellationRequested && torn is not OperationCanceledException)
            {
                throw new OperationCanceledException(torn.Message, torn, cancellationToken);
            }
            if (response.StatusCode is HttpStatusCode.SwitchingProtocols) return response;
            if (response.IsSuccessStatusCode) return await AcceptAsync(response, cancellationToken).ConfigureAwait(false);

            ServerStatus status;
            using (response) status = await StatusReader.ReadAsync(response, _environment.Time, cancellationToken).ConfigureAwait(false);
            if (status.Code == 401 && !loggedInAgain && _credentials.Forget(credential))
            {
                loggedInAgain = true;
                continue;
            }
            if (RetryPolicy.AfterAnswer(request, status, attempt) is not { } wait)
                throw StatusFailure.From(status, request.Method, path, Server, _credentials.Advice);
            await PauseAsync(wait, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Platform() => OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";

    /// <summary>Makes the address absolute and sets the headers that do not change between tries; gives the address relative to the server.</summary>
    private string Prepare(HttpRequestMessage request)
    {
        string given = request.RequestUri?.OriginalString ?? throw new ArgumentException("The request has no address.", nameof(request));
        Uri address = request.RequestUri.IsAbsoluteUri && !given.StartsWith('/') ? request.RequestUri : new Uri(Server, given.TrimStart('/'));
        if (!Server.IsBaseOf(address) || !address.AbsolutePath.StartsWith(Server.AbsolutePath, StringComparison.Ordinal))
            throw new ArgumentException("The request's address leaves the server.", nameof(request));
        request.RequestUri = address;

        bool upgrade = request.Headers.Upgrade.Count > 0;
        bool lines = upgrade || _user.Impersonation.Any(header => RepeatedHeader.IsJoined(header.Value));
        request.Version = lines ? HttpVersion.Version11 : HttpVersion.Version20;
        request.VersionPolicy = lines ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower;
        if (request.Headers.UserAgent.Count == 0) request.Headers.TryAddWithoutValidation("User-Agent", s_userAgent);
        if (!upgrade && request.Headers.Accept.Count == 0) request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (_hostHeader is not null) request.Headers.Host = _hostHeader;
        foreach ((string name, string value) in _user.Impersonation)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }
        return address.PathAndQuery[Server.AbsolutePath.Length..];
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, Credential credential, CancellationToken cancellationToken)
    {
        request.Headers.Remove("Authorization");
        if (credential.Authorization is { } authorization) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(HeaderLimit);
        try
        {
            return await Pipeline(credential.Certificate).SendAsync(request, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Failure.ServerSilent(Server, HeaderLimit);
        }
    }

    /// <summary>The pool; a new one when a plugin has given another certificate, while the old one serves what it still carries.</summary>
    private HttpMessageInvoker Pipeline(ClientCertificate? given)
    {
        ClientCertificate? certificate = given ?? _user.Certificate;
        lock (_lock)
        {
            if (_pipeline is null || _pipelineCertificate != certificate?.Fingerprint)
            {
                _pipeline = PipelineFactory.Create(_cluster, certificate, _owner, _environment);
                _pipelineCertificate = certificate?.Fingerprint;
            }
            return _pipeline;
        }
    }

    private async Task<HttpResponseMessage> AcceptAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType is "text/html")
        {
            // A login page, or the start page of something else.
            using (response)
            {
                ServerStatus page = await StatusReader.ReadAsync(response, _environment.Time, cancellationToken).ConfigureAwait(false);
                throw Failure.NotAKubernetesServer(page.Code, page.ContentType, page.Message, Server);
            }
        }
        response.Content = new GuardedContent(response.Content, Server, cancellationToken);
        return response;
    }

    private Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken) => Task.Delay(pause, _environment.Time, cancellationToken);
}
