using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Cluster;

/// <summary>
/// The id-token of an OpenID Connect login, refreshed at the identity provider when it ends. New tokens live in memory only: kubectl writes them
/// into the kubeconfig, which we never do.
/// </summary>
internal sealed class OidcCredentialSource : ICredentialSource, IDisposable
{
    private static readonly TimeSpan s_early = TimeSpan.FromSeconds(10);
    private readonly OidcProvider _provider;
    private readonly TimeProvider _time;
    private readonly SingleFlight<Credential> _flight;
    private readonly HttpMessageInvoker _client;
    private string? _refreshToken;
    private Credential? _current;

    internal OidcCredentialSource(OidcProvider provider, ClusterEnvironment environment)
    {
        _provider = provider;
        _time = environment.Time;
        _flight = new(RefreshAsync);
        _refreshToken = provider.RefreshToken;
        if (provider.IdToken is { } token) _current = new("Bearer " + token, expires: ExpiryOf(token) ?? DateTimeOffset.MinValue);
        _client = new(new SocketsHttpHandler
        {
            SslOptions = TlsTrust.Options(provider.CertificateAuthority, insecure: false, $"the identity provider of user '{provider.User}'"),
            Proxy = new ProxyChoice(new EnvironmentProxy(environment).For),
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
        });
    }

    public string Advice => "Log in again with the tool that wrote this user's tokens into the kubeconfig, then repeat the command.";

    public async ValueTask<Credential> GetAsync(CancellationToken cancellationToken) =>
        Fresh() ?? await _flight.RunAsync(cancellationToken).ConfigureAwait(false);

    public bool Forget(Credential rejected)
    {
        if (_refreshToken is null) return false;
        Interlocked.CompareExchange(ref _current, null, rejected);
        return true;
    }

    public void Dispose() => _client.Dispose();

    /// <summary>The <c>exp</c> claim of a JSON web token; null where it has none or is none.</summary>
    internal static DateTimeOffset? ExpiryOf(string token)
    {
        string[] parts = token.Split('.');
        if (parts.Length < 2) return null;
        try
        {
            string base64 = parts[1].Replace('-', '+').Replace('_', '/');
            byte[] payload = Convert.FromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '='));
            return JsonNode.Parse(payload)?["exp"] is JsonValue exp && exp.TryGetValue(out double seconds)
                ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
                : null;
        }
        catch (Exception broken) when (broken is FormatException or JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private Credential? Fresh() => Volatile.Read(ref _current) is { } current && current.Expires - s_early > _time.GetUtcNow() ? current : null;

    private async Task<Credential> RefreshAsync(CancellationToken cancellationToken)
    {
        if (Fresh() is { } current) return current;
        if (_refreshToken is null) throw Failed("the id-token has expired, and there is no refresh-token");
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        try
        {
            Uri endpoint = await DiscoverAsync(limit.Token).ConfigureAwait(false);
            // As golang.org/x/oauth2: first Basic, then, as some providers want it, in the form.
            JsonObject answer = await RequestAsync(endpoint, basic: true, limit.Token).ConfigureAwait(false)
                ?? await RequestAsync(endpoint, basic: false, limit.Token).ConfigureAwait(false)
                ?? throw Failed("the identity provider refused the refresh-token");
            return Take(answer);
        }
        catch (HttpRequestException inner)
        {
            throw Failed("the identity provider cannot be reached", inner);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed("the identity provider did not answer within 30 seconds");
        }
    }

    private async Task<Uri> DiscoverAsync(CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(_provider.Issuer, ".well-known/openid-configuration"));
        JsonObject? answer = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return answer?["token_endpoint"] is JsonValue endpoint && Uri.TryCreate(endpoint.ToString(), UriKind.Absolute, out Uri? uri) && uri.Scheme is "https" or "http"
            ? uri
            : throw Failed("the identity provider does not name its token_endpoint");
    }

    private async Task<JsonObject?> RequestAsync(Uri endpoint, bool basic, CancellationToken cancellationToken)
    {
        Dictionary<string, string> form = new() { ["grant_type"] = "refresh_token", ["refresh_token"] = _refreshToken! };
        using HttpRequestMessage request = new(HttpMethod.Post, endpoint);
        if (basic)
        {
            string pair = Uri.EscapeDataString(_provider.ClientId) + ":" + Uri.EscapeDataString(_provider.ClientSecret ?? "");
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        }
        else
        {
            form["client_id"] = _provider.ClientId;
            if (_provider.ClientSecret is { } secret) form["client_secret"] = secret;
        }
        request.Content = new FormUrlEncodedContent(form);
        return await SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<JsonObject?> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Accept.Add(new("application/json"));
        using HttpResponseMessage response = await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode) return null;
        try
        {
            using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return await JsonNode.ParseAsync(body, cancellationToken: cancellationToken).ConfigureAwait(false) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Credential Take(JsonObject answer)
    {
        if (answer["id_token"] is not JsonValue value || value.ToString() is not { Length: > 0 } token || token.Any(char.IsControl))
            throw Failed("the identity provider's answer holds no id_token");
        if (answer["refresh_token"] is JsonValue next && next.ToString() is { Length: > 0 } renewed) _refreshToken = renewed;
        DateTimeOffset expires = ExpiryOf(token) ?? throw Failed("the id_token says no end");
        if (expires - s_early <= _time.GetUtcNow()) throw Failed("the identity provider gave an id_token that has already expired; compare the clocks");
        Credential credential = new("Bearer " + token, expires: expires);
        Volatile.Write(ref _current, credential);
        return credential;
    }

    private DebugException Failed(string problem, Exception? inner = null) => Failure.OidcRefreshFailed(_provider.User, _provider.Issuer, problem, inner);
}
