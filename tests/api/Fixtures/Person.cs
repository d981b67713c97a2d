using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;

namespace RlsChat.Tests.Api.Fixtures;

/// <summary>A person with an HTTP client. Every response must match the description of the API.</summary>
internal sealed class Person(string name, Uri address)
{
    public const string Password = "correct horse battery";
    private static readonly HttpClient Http = new(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromSeconds(20) });

    public string Name => name;
    public Uri Address => address;
    public string Email { get; set; } = "";
    public Guid Id { get; set; }
    public string AccessToken { get; private set; } = "";
    public string RefreshToken { get; private set; } = "";

    /// <summary>Keeps what signing in answered.</summary>
    public void Take(Response tokens)
    {
        Id = tokens.Body["user"]!["id"]!.GetValue<Guid>();
        RefreshToken = tokens.Body["refreshToken"]!.GetValue<string>();
        Bear(tokens.Body["accessToken"]!.GetValue<string>());
    }

    /// <summary>The same person at another address.</summary>
    public Person At(Uri elsewhere) => new(name, elsewhere) { Email = Email, Id = Id, AccessToken = AccessToken, RefreshToken = RefreshToken };

    /// <summary>Shows this access token from now on.</summary>
    public void Bear(string token) => AccessToken = token;

    public Task<Response> Get(string path) => Send(HttpMethod.Get, path);

    public Task<Response> Delete(string path) => Send(HttpMethod.Delete, path);

    public Task<Response> Post(string path, object body) => Send(HttpMethod.Post, path, JsonContent.Create(body));

    public Task<Response> Put(string path, object body) => Send(HttpMethod.Put, path, JsonContent.Create(body));

    public Task<Response> Patch(string path, object body) => Send(HttpMethod.Patch, path, JsonContent.Create(body));

    /// <summary>With a header, such as If-Match.</summary>
    public Task<Response> With(string header, string value, HttpMethod method, string path, object? body = null) =>
        Send(method, path, body is null ? null : JsonContent.Create(body), (header, value));

    /// <summary>A body that is sent as it stands.</summary>
    public Task<Response> SendRaw(HttpMethod method, string path, string body) =>
        Send(method, path, new StringContent(body, Encoding.UTF8, "application/json"));

    /// <summary>As <see cref="SendRaw"/>, once the server wants it: what it refuses unread breaks no connection.</summary>
    public Task<Response> Offer(HttpMethod method, string path, string body) =>
        Send(method, path, new StringContent(body, Encoding.UTF8, "application/json"), ("Expect", "100-continue"));

    public async Task<Response> Send(
        HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(address, path)) { Content = content };
        if (AccessToken.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AccessToken);
        }

        foreach (var header in headers)
        {
            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        }

        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        (await Contract.At(address)).Check(request, response, text);
        return new Response($"{name}: {method} {path}", response, text);
    }

    /// <summary>A chat of theirs; its id.</summary>
    public async Task<Guid> Begin(string title = "chat", string visibility = "private", Guid? organizationId = null)
    {
        var answer = await Post("/chats", new { title, visibility, organizationId });
        answer.Is(201);
        return answer.Id;
    }

    /// <summary>Invites that address to an organization; the token.</summary>
    public async Task<string> Invite(Guid organization, string email, Guid roleId) =>
        (await Post($"/organizations/{organization}/invitations", new { email, roleId })).Is(201).Body["token"]!.GetValue<string>();

    /// <summary>The path of this person as a member.</summary>
    public string In(Guid organization) => $"/organizations/{organization}/members/{Id}";

    /// <summary>A message of theirs; its id.</summary>
    public async Task<Guid> Say(Guid chat, string text = "hello")
    {
        var answer = await Post($"/chats/{chat}/messages", new { role = "user", parts = new[] { new { text } } });
        answer.Is(201);
        return answer.Id;
    }
}
