using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Dapper;
using Microsoft.AspNetCore.Builder;
using MimeKit;
using Npgsql;
using RlsChat.Tests.Api.Doubles;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.SigningIn;

/// <summary>The API between a GitHub and a mail server, both doubles on loopback.</summary>
internal sealed partial class SignInHost : IAsyncDisposable
{
    private readonly ApiFixture _fixture;
    private readonly WebApplication _api;

    private SignInHost(ApiFixture fixture, WebApplication api, GitHubDouble github, SmtpReceiver mail, LogLines log) =>
        (_fixture, _api, GitHub, Mail, Log) = (fixture, api, github, mail, log);

    /// <summary>The person whose rows the boot guard looks for, in every database.</summary>
    public const string Canary = "00000000-0000-4000-8000-00000000ca7a";

    public GitHubDouble GitHub { get; }
    public SmtpReceiver Mail { get; }
    public LogLines Log { get; }
    public Uri Address => ApiFixture.AddressOf(_api);

    /// <param name="fixture">Whose database it is.</param>
    /// <param name="settings">On top of the doubles' addresses.</param>
    public static async Task<SignInHost> Open(ApiFixture fixture, params string[] settings)
    {
        var (github, mail, log) = (await GitHubDouble.Start(), new SmtpReceiver(), new LogLines());
        var url = github.Address.ToString().TrimEnd('/');
        var api = ApiFixture.Build(fixture.Database, log, settings:
        [
            $"--GITHUB_CLIENT_ID={GitHubDouble.ClientId}", $"--GITHUB_CLIENT_SECRET={GitHubDouble.ClientSecret}",
            $"--GITHUB_OAUTH_URL={url}", $"--GITHUB_OAUTH_API_URL={url}",
            $"--SMTP_URL={mail.Url}", "--MAIL_FROM=rlschat@example.org", .. settings,
        ]);
        await api.StartAsync();
        var host = new SignInHost(fixture, api, github, mail, log);
        github.RegisteredRedirect = $"{host.Address.ToString().TrimEnd('/')}/auth/github/callback";
        return host;
    }

    /// <summary>A browser at which somebody is signed in to GitHub; nobody without a name.</summary>
    public Browser Browser(string? user) => new(Address, GitHub, user);

    /// <summary>Makes somebody at GitHub, whose only address is primary.</summary>
    public GitHubUser GitHubUser(string login, long id, string? email = null, bool verified = true, string? profile = null)
    {
        var user = new GitHubUser(id, login, profile, email is null ? [] : [new GitHubUser.Address(email, true, verified)]);
        GitHub.People[login] = user;
        return user;
    }

    public Person Anonymous() => new("anonymous", Address);

    /// <summary>A person who has just signed up here.</summary>
    public async Task<Person> SignUp(string name, string? email = null, bool verified = false)
    {
        var person = new Person(name, Address) { Email = email ?? $"{name}.{Guid.NewGuid():N}@example.org" };
        person.Take((await person.Post("/auth/register", new { email = person.Email, password = Person.Password })).Is(201));
        if (verified)
        {
            await _fixture.Setup.Verify(person);
        }

        return person;
    }

    /// <summary>The person of the tokens that a sign-in returned.</summary>
    public Person Of(Response tokens)
    {
        var person = Anonymous();
        person.Take(tokens.Is(200));
        return person;
    }

    /// <summary>A value in the database, read as a role that no request has.</summary>
    public async Task<T?> Stored<T>(string sql, string role = "rlschat_backup")
    {
        await using var connection = new NpgsqlConnection(_fixture.Database.OwnerConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync($"set local role {role}");
        var value = await connection.QueryFirstOrDefaultAsync<T>(sql);
        await transaction.CommitAsync();
        return value;
    }

    /// <summary>Signs in that user of GitHub, from a browser of their own.</summary>
    public async Task<Person> SignIn(string user)
    {
        using var browser = Browser(user);
        return Of(await browser.SignIn());
    }

    /// <summary>Links a new GitHub account with that id.</summary>
    public async Task Link(Person person, long id)
    {
        GitHubUser($"octo{id}", id);
        using var browser = Browser($"octo{id}");
        (await browser.Link(person)).Is(204);
    }

    /// <summary>Requests a mail to replace a forgotten password; its token.</summary>
    /// <param name="email">The address.</param>
    /// <param name="count">How many mails that address then has.</param>
    public async Task<string> RequestPassword(string email, int count = 1)
    {
        (await Anonymous().Post("/auth/password/request", new { email })).Is(202);
        return Token(await Mail.For(email, count));
    }

    /// <summary>Requests a mail that proves an address; its token.</summary>
    public async Task<string> RequestVerification(Person person, string? email = null)
    {
        email ??= person.Email;
        (await person.Post("/auth/verify-email/request", new { email })).Is(202);
        return Token(await Mail.For(email));
    }

    /// <summary>Fails if a mail was sent to that address. Mails leave nearly in order: one that was requested later has come.</summary>
    public async Task SentNothingTo(string email)
    {
        await RequestPassword((await SignUp("later")).Email);
        await Task.Delay(100);
        Assert.Equal(0, Mail.CountFor(email));
    }

    /// <summary>Waits until a line of the log ends with that message.</summary>
    public Task Logged(string message) => Wait.Until(() => Task.FromResult(Log.All.Any(line =>
        JsonNode.Parse(line)!["message"]?.GetValue<string>().EndsWith(message, StringComparison.Ordinal) == true)));

    /// <summary>The one token in a mail.</summary>
    public static string Token(MimeMessage mail) => Assert.Single(TokenPattern().Matches(mail.TextBody!)).Value;

    /// <summary>Forgets what earlier tests did with the doubles and the log.</summary>
    public void Reset()
    {
        GitHub.Reset();
        Mail.Refuses = false;
        Log.Clear();
    }

    [GeneratedRegex(@"(?<![\w-])[\w-]{43}(?![\w-])")]
    private static partial Regex TokenPattern();

    public async ValueTask DisposeAsync()
    {
        await _api.StopAsync();
        await _api.DisposeAsync();
        await Mail.DisposeAsync();
        await GitHub.DisposeAsync();
    }
}
