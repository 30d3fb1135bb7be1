using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using EphemeralDebug.Core.Cluster;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EphemeralDebug.Core.Tests.Cluster;

public sealed class OidcTests : IDisposable
{
    private static readonly TestAuthority s_authority = new();
    private static readonly TestAuthority s_providerAuthority = new("idp-ca");
    private readonly TestFolder _folder = new();
    private readonly NoDelay _time = new();
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    public OidcTests() => _folder.Time = _time;

    public void Dispose() => _folder.Dispose();

    private string Token(string name, TimeSpan life) => $"e30.{Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"sub":"{{name}}","exp":{{(_time.Now + life).ToUnixTimeSeconds()}}}""")).TrimEnd('=').Replace('+', '-').Replace('/', '_')}.sig-{name}";

    private static string User(Uri issuer, string more) =>
        $"auth-provider: {{name: oidc, config: {{idp-issuer-url: '{issuer}realm', client-id: 'cli ent', client-secret: 's3cret', idp-certificate-authority-data: {s_providerAuthority.Data}{more}}}}}";

    /// <summary>An identity provider that gives the next token for the refresh token before.</summary>
    private Task<TestServer> ProviderAsync(List<string> seen, bool basic, Func<int, JsonObject> answer) => TestServer.StartAsync(async context =>
    {
        if (context.Request.Path == "/realm/.well-known/openid-configuration")
        {
            await context.Response.WriteAsync($$"""{"issuer":"x","token_endpoint":"https://{{context.Request.Host}}/realm/t0ken"}""");
            return;
        }
        Assert.Equal("/realm/t0ken", context.Request.Path);
        string form = await new StreamReader(context.Request.Body).ReadToEndAsync();
        string authorization = context.Request.Headers.Authorization.ToString();
        if (basic != authorization.StartsWith("Basic ", StringComparison.Ordinal))
        {
            context.Response.StatusCode = 401;
            return;
        }
        seen.Add(basic ? authorization + " " + form : form);
        await context.Response.WriteAsync(answer(seen.Count).ToJsonString());
    }, s_providerAuthority.Server("127.0.0.1"));

    [Fact]
    public async Task An_id_token_is_used_until_its_end_and_then_refreshed_without_writing_the_kubeconfig()
    {
        List<string> seen = [];
        await using TestServer provider = await ProviderAsync(seen, basic: true, run => new() { ["id_token"] = Token($"new{run}", TimeSpan.FromMinutes(20)), ["refresh_token"] = $"refresh{run + 1}" });
        await using TestServer server = await TestServer.StartAsync(Answers.Fine, s_authority.Server("127.0.0.1"));
        string first = Token("first", TimeSpan.FromMinutes(5));
        ClusterConnection connection = _folder.Connect(server, s_authority, User(provider.Address, $", id-token: {first}, refresh-token: refresh1"));
        string kubeConfig = File.ReadAllText(connection.KubeConfig!);

        await connection.GetTextAsync("version", _stop);
        Assert.Empty(provider.Requests);
        _time.Now += TimeSpan.FromMinutes(5);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => connection.GetTextAsync("version", _stop)));
        _time.Now += TimeSpan.FromMinutes(20);
        await connection.GetTextAsync("version", _stop);

        Assert.Equal(["sig-first", .. Enumerable.Repeat("sig-new1", 10), "sig-new2"], server.Requests.Select(request => request["Authorization"]!.Split('.')[2]));
        string basic = "Basic " + Convert.ToBase64String("cli%20ent:s3cret"u8);
        Assert.Equal([basic + " grant_type=refresh_token&refresh_token=refresh1", basic + " grant_type=refresh_token&refresh_token=refresh2"], seen);
        Assert.Equal(kubeConfig, File.ReadAllText(connection.KubeConfig!));
    }

    [Fact]
    public async Task A_provider_that_wants_the_client_in_the_form_gets_it_there()
    {
        List<string> seen = [];
        await using TestServer provider = await ProviderAsync(seen, basic: false, _ => new() { ["id_token"] = Token("new", TimeSpan.FromMinutes(20)) });
        await using TestServer server = await TestServer.StartAsync(Answers.Fine, s_authority.Server("127.0.0.1"));
        await _folder.Connect(server, s_authority, User(provider.Address, ", refresh-token: refresh1")).GetTextAsync("version", _stop);
        Assert.Equal("cli ent s3cret refresh1", $"{HttpUtility.ParseQueryString(seen.Single())["client_id"]} {HttpUtility.ParseQueryString(seen.Single())["client_secret"]} {HttpUtility.ParseQueryString(seen.Single())["refresh_token"]}");
    }

    [Fact]
    public async Task A_token_that_the_server_refuses_is_refreshed_once()
    {
        await using TestServer provider = await ProviderAsync([], basic: true, _ => new() { ["id_token"] = Token("new", TimeSpan.FromMinutes(20)) });
        await using TestServer server = await TestServer.StartAsync(
            context => context.Request.Headers.Authorization.ToString().EndsWith("sig-new", StringComparison.Ordinal) ? Answers.Fine(context) : Answers.Status(401, "Unauthorized", "Unauthorized")(context),
            s_authority.Server("127.0.0.1"));
        Assert.Equal("fine", await _folder.Connect(server, s_authority, User(provider.Address, $", id-token: {Token("first", TimeSpan.FromMinutes(5))}, refresh-token: r")).GetTextAsync("version", _stop));
    }

    [Theory]
    [InlineData("", "no refresh-token")]
    [InlineData(", refresh-token: r3fresh", "refused the refresh-token")]
    public async Task What_cannot_be_refreshed_is_told_without_secrets(string more, string expected)
    {
        await using TestServer provider = await TestServer.StartAsync(context => context.Request.Path.Value!.EndsWith("configuration", StringComparison.Ordinal)
            ? context.Response.WriteAsync($$"""{"token_endpoint":"https://{{context.Request.Host}}/x"}""")
            : Answers.Text(400, "application/json", """{"error":"invalid_grant"}""")(context), s_providerAuthority.Server("127.0.0.1"));
        await using TestServer server = await TestServer.StartAsync(Answers.Fine, s_authority.Server("127.0.0.1"));
        ClusterConnection connection = _folder.Connect(server, s_authority, User(provider.Address, $", id-token: {Token("0ld", TimeSpan.Zero)}{more}"));
        DebugException error = await Assert.ThrowsAsync<DebugException>(() => connection.GetTextAsync("version", _stop));
        Assert.Equal("OidcRefreshFailed", error.ErrorId);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        foreach (string secret in new[] { "s3cret", "r3fresh", "sig-0ld" }) Assert.DoesNotContain(secret, Sending.Everything(error), StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task The_providers_certificate_is_verified_too()
    {
        await using TestServer provider = await TestServer.StartAsync(Answers.Fine, s_providerAuthority.Server("elsewhere.example"));
        await using TestServer server = await TestServer.StartAsync(Answers.Fine, s_authority.Server("127.0.0.1"));
        ClusterConnection connection = _folder.Connect(server, s_authority, User(provider.Address, ", refresh-token: r"));
        Assert.Equal("OidcRefreshFailed", (await Assert.ThrowsAsync<DebugException>(() => connection.GetTextAsync("version", _stop))).ErrorId);
        Assert.Empty(provider.Requests);
    }

    [Theory]
    [InlineData("a.eyJleHAiOjE3MDAwMDAwMDB9.c", 1700000000L)]
    [InlineData("a.e30.c", null)]
    [InlineData("a.%%%.c", null)]
    [InlineData("a.W10.c", null)]
    [InlineData("opaque", null)]
    public void The_end_of_a_token_is_read_from_its_claims(string token, long? expected) =>
        Assert.Equal(expected, OidcCredentialSource.ExpiryOf(token)?.ToUnixTimeSeconds());
}
