using System.Net;
using RlsChat.Tests.Api.Doubles;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.SigningIn;

/// <summary>A browser: it keeps cookies, and goes where it is sent only when it is told to.</summary>
internal sealed class Browser : IDisposable
{
    public const string UserAgent = "browser/1";

    private readonly Uri _api;
    private readonly HttpClient _http;

    public Browser(Uri api, GitHubDouble github, string? user)
    {
        _api = api;
        Cookies = new CookieContainer();
        if (user is not null)
        {
            Cookies.Add(new Cookie("user", user, "/login", github.Address.Host));
        }

        _http = new HttpClient(new SocketsHttpHandler { CookieContainer = Cookies, AllowAutoRedirect = false });
        _http.DefaultRequestHeaders.UserAgent.ParseAdd(UserAgent);
    }

    public CookieContainer Cookies { get; }

    public async Task<Response> Send(HttpMethod method, string url, string? accessToken = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(_api, url));
        if (accessToken is not null)
        {
            request.Headers.Authorization = new("Bearer", accessToken);
        }

        using var response = await _http.SendAsync(request);
        return new Response($"browser: {method} {url}", response, await response.Content.ReadAsStringAsync());
    }

    public Task<Response> Get(string url) => Send(HttpMethod.Get, url);

    /// <summary>Begins a sign-in and passes GitHub: the address to which GitHub sends back.</summary>
    public async Task<string> UpToCallback(string begin = "/auth/github")
    {
        var challenge = (await Get(begin)).Is(302);
        return (await Get(challenge.Location!.ToString())).Is(302).Location!.ToString();
    }

    /// <summary>The whole way, to what the callback answers.</summary>
    public async Task<Response> SignIn(string begin = "/auth/github") => await Get(await UpToCallback(begin));

    /// <summary>The whole way for a link: what the callback answers.</summary>
    public async Task<Response> Link(Person person)
    {
        (await Send(HttpMethod.Post, "/auth/github/link", person.AccessToken)).Is(204);
        return await SignIn("/auth/github?link=true");
    }

    public void Dispose() => _http.Dispose();
}
