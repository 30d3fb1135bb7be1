using System.Net;
using System.Net.Security;
using System.Text;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Admission;
using Xunit;
using ApiSandbox = EphemeralDebug.Sandbox.Sandbox;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>Who may reach what: certificates, tokens, impersonation, roles, streams.</summary>
public sealed class AccessTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_is_as_good_as_a_certificate()
    {
        Assert.Equal("developer", await WhoAsync(fixture.Sandbox.Token("developer")));
        fixture.Sandbox.AddToken("fresh", "plugin-user", "ops");
        Assert.Equal("plugin-user", await WhoAsync("fresh"));
        fixture.Sandbox.RevokeToken("fresh");
        Assert.Null(await WhoAsync("fresh"));
    }

    [Fact]
    public async Task A_certificate_for_another_host_is_refused_by_who_verifies_names()
    {
        await using ApiSandbox wrong = await ApiSandbox.StartAsync(new SandboxOptions { CertificateForWrongHost = true }, Token);
        using HttpClient client = SandboxFixture.NewClient(wrong);
        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("/version", Token));
        Assert.Contains(nameof(SslPolicyErrors.RemoteCertificateNameMismatch), refused.InnerException?.Message, StringComparison.Ordinal);
        Assert.Empty(wrong.Requests);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_401()
    {
        await using ApiSandbox other = await ApiSandbox.StartAsync(null, Token);
        using HttpClientHandler handler = new() { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
        handler.ClientCertificates.Add(other.ClientCertificate());
        using HttpClient client = new(handler) { BaseAddress = fixture.Sandbox.Server };
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/version", Token)).StatusCode);
    }

    [Theory]
    [InlineData(true, "HTTP/2")]
    [InlineData(false, "HTTP/1.1")]
    public async Task Http2_is_offered_or_not(bool http2, string protocol)
    {
        await using ApiSandbox sandbox = await ApiSandbox.StartAsync(new SandboxOptions { Http2 = http2 }, Token);
        using HttpClient client = SandboxFixture.NewClient(sandbox);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/version", Token)).StatusCode);
        Assert.Equal(protocol, Assert.Single(sandbox.Requests).Protocol);
    }

    [Fact]
    public async Task Impersonation_acts_as_somebody_else_where_that_is_allowed()
    {
        // HttpClient joins the values of a header to one line, which is one group; a line for each needs the bare connection.
        JsonNode user = (await SendRawAsync("""
            POST /apis/authentication.k8s.io/v1/selfsubjectreviews HTTP/1.1
            Host: localhost
            Connection: close
            Impersonate-User: alice
            Impersonate-Group: ops
            Impersonate-Group: dev
            Impersonate-Uid: 42
            Impersonate-Extra-Scopes: view
            Content-Type: application/json
            Content-Length: 2

            {}
            """))["status"]!["userInfo"]!;
        JsonComparison.AssertSame(JsonNode.Parse("""{"username":"alice","uid":"x","groups":["ops","dev","system:authenticated"],"extra":{"scopes":["view"]}}"""), user);
        Assert.Equal("42", (string?)user["uid"]);

        using HttpRequestMessage refused = As("alice", HttpMethod.Get, "/api/v1/pods");
        JsonObject status = await SendAsync("developer", refused, HttpStatusCode.Forbidden);
        Assert.Equal("users \"alice\" is forbidden: User \"developer\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope", (string?)status["message"]);
    }

    [Theory]
    [InlineData("handshake-websocket-attach-get-only", "get")]
    [InlineData("handshake-websocket-attach-create-only", "create")]
    [InlineData("handshake-spdy-post-attach-get-only", "get")]
    [InlineData("error-attach-no-such-pod", null)]
    [InlineData("error-attach-forbidden-developer", null)]
    public async Task Refused_handshakes_are_as_recorded(string name, string? verb)
    {
        JsonNode file = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Data", "transcripts", "websocket", name + ".json"), Token))!;
        if (verb is not null) fixture.Sandbox.Grant(RoleBinding.ForUser($"attach-{verb}-only", $"attach-{verb}", "cap", new PolicyRule([verb], ["pods/attach"])));
        string[] lines = [.. file["request"]!.AsArray().Select(line => (string)line!)];
        string[] first = lines[0].Split(' ');
        using HttpRequestMessage request = new(new HttpMethod(first[0]), first[1]) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        foreach (string line in lines.Skip(1).Where(line => line.Contains(": ", StringComparison.Ordinal) && !line.StartsWith("Host", StringComparison.Ordinal)))
            request.Headers.TryAddWithoutValidation(line.Split(": ")[0], line.Split(": ")[1]);
        string user = name.Contains("developer", StringComparison.Ordinal) ? "developer" : "admin";
        using HttpResponseMessage response = await fixture.Client(user).SendAsync(request, Token);
        Assert.Equal((string)file["response_head"]![0]!, $"HTTP/1.1 {(int)response.StatusCode} {response.ReasonPhrase}");
        JsonNode expected = file["response_body"] is JsonObject body ? body : JsonNode.Parse((string)file["response_body"]!)!;
        JsonComparison.AssertSame(expected, JsonNode.Parse(await response.Content.ReadAsStringAsync(Token)));
    }

    [Fact]
    public async Task An_access_review_in_protobuf_is_understood()
    {
        // What kubectl 1.36 sends for "auth can-i list pods -n cap", as user debugger.
        byte[] attributes = [.. Text(1, "cap"), .. Text(2, "list"), .. Text(5, "pods")];
        byte[] review = [.. Bytes(1, []), .. Bytes(2, Bytes(1, attributes))];
        byte[] body = [.. "k8s\0"u8, .. Bytes(1, [.. Text(1, "authorization.k8s.io/v1"), .. Text(2, "SelfSubjectAccessReview")]), .. Bytes(2, review), .. Text(3, ""), .. Text(4, "")];
        using HttpRequestMessage request = new(HttpMethod.Post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/vnd.kubernetes.protobuf");
        request.Headers.TryAddWithoutValidation("Accept", "application/vnd.kubernetes.protobuf,application/json");
        Assert.True((bool)(await SendAsync("debugger", request, HttpStatusCode.Created))["status"]!["allowed"]!);

        using HttpRequestMessage pod = new(HttpMethod.Post, "/api/v1/namespaces/cap/pods") { Content = new ByteArrayContent([.. "k8s\0"u8, .. Bytes(1, [.. Text(1, "v1"), .. Text(2, "Pod")]), .. Bytes(2, [])]) };
        pod.Content.Headers.ContentType = new("application/vnd.kubernetes.protobuf");
        await SendAsync("admin", pod, HttpStatusCode.UnsupportedMediaType);

        static byte[] Bytes(int field, byte[] content) => [(byte)(field << 3 | 2), (byte)content.Length, .. content];
        static byte[] Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));
    }

    [Fact]
    public async Task What_does_not_exist_is_404_and_what_cannot_be_done_405()
    {
        Assert.Equal("the server could not find the requested resource", (string?)(await SendAsync("admin", new(HttpMethod.Get, "/apis/example.com/v1/widgets"), HttpStatusCode.NotFound))["message"]);
        await SendAsync("admin", new(HttpMethod.Put, "/api/v1/namespaces/cap/pods"), HttpStatusCode.MethodNotAllowed);
        using HttpResponseMessage page = await fixture.Client().GetAsync("/nowhere", Token);
        Assert.Equal((HttpStatusCode.NotFound, "404 page not found\n"), (page.StatusCode, await page.Content.ReadAsStringAsync(Token)));
        JsonObject anonymous = await SendAsync("anonymous", new(HttpMethod.Get, "/metrics"), HttpStatusCode.Forbidden);
        Assert.Equal("forbidden: User \"system:anonymous\" cannot get path \"/metrics\"", (string?)anonymous["message"]);
    }

    [Fact]
    public void A_kubeconfig_names_the_server_the_user_and_the_namespace()
    {
        string path = Path.GetTempFileName();
        try
        {
            JsonNode config = JsonNode.Parse(File.ReadAllText(fixture.Sandbox.WriteKubeConfig(path, "developer", ns: "cap", useToken: true)))!;
            Assert.Equal(fixture.Sandbox.Server.ToString().TrimEnd('/'), (string?)config["clusters"]![0]!["cluster"]!["server"]);
            Assert.Equal("cap", (string?)config["contexts"]![0]!["context"]!["namespace"]);
            Assert.Equal(fixture.Sandbox.Token("developer"), (string?)config["users"]![0]!["user"]!["token"]);
            Assert.Equal("sandbox", (string?)config["current-context"]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private async Task<string?> WhoAsync(string token)
    {
        using HttpClient client = SandboxFixture.NewClient(fixture.Sandbox, "anonymous");
        using HttpRequestMessage request = new(HttpMethod.Post, "/apis/authentication.k8s.io/v1/selfsubjectreviews") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", token);
        using HttpResponseMessage response = await client.SendAsync(request, Token);
        return response.StatusCode == HttpStatusCode.Unauthorized ? null
            : (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!["status"]!["userInfo"]!["username"];
    }

    private async Task<JsonObject> SendRawAsync(string request)
    {
        using System.Net.Sockets.TcpClient connection = new();
        await connection.ConnectAsync(IPAddress.Loopback, fixture.Sandbox.Server.Port, Token);
        await using SslStream stream = new(connection.GetStream());
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = SandboxFixture.Trust(fixture.Sandbox), ClientCertificates = [fixture.Sandbox.ClientCertificate()] }, Token);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request.ReplaceLineEndings("\r\n")), Token);
        using StreamReader reader = new(stream);
        string answer = await reader.ReadToEndAsync(Token);
        return (JsonObject)JsonNode.Parse(answer[answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)..])!;
    }

    private static HttpRequestMessage As(string user, HttpMethod method, string path, string? body = null)
    {
        HttpRequestMessage request = new(method, path);
        request.Headers.Add("Impersonate-User", user);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return request;
    }

    private async Task<JsonObject> SendAsync(string user, HttpRequestMessage request, HttpStatusCode status)
    {
        using HttpResponseMessage response = await fixture.Client(user).SendAsync(request, Token);
        string text = await response.Content.ReadAsStringAsync(Token);
        Assert.True(status == response.StatusCode, text);
        return (JsonObject)JsonNode.Parse(text)!;
    }
}
