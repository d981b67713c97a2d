using Dapper;
using Microsoft.AspNetCore.Builder;
using Npgsql;
using RlsChat.Tests.Api.Doubles;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.SigningIn;

/// <summary>The API between a GitHub and a mail server, both doubles on loopback.</summary>
internal sealed class SignInHost : IAsyncDisposable
{
    private readonly ApiFixture _fixture;
    private readonly WebApplication _api;

    private SignInHost(ApiFixture fixture, WebApplication api, GitHubDouble github, SmtpReceiver mail, LogLines log) =>
        (_fixture, _api, GitHub, Mail, Log) = (fixture, api, github, mail, log);

    /// <summary>Nobody: whose rows the boot guard looks for, in every database.</summary>
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

    /// <summary>Somebody who has just signed up here.</summary>
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

    /// <summary>Somebody by what a sign-in answered.</summary>
    public Person Of(Response tokens)
    {
        var person = Anonymous();
        person.Take(tokens.Is(200));
        return person;
    }

    /// <summary>What stands in the database, as a role that is no request's.</summary>
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

    public async ValueTask DisposeAsync()
    {
        await _api.StopAsync();
        await _api.DisposeAsync();
        await Mail.DisposeAsync();
        await GitHub.DisposeAsync();
    }
}
