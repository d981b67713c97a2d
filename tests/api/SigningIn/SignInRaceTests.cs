using System.Globalization;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.SigningIn;

/// <summary>Two clients at once, many times over.</summary>
[Attack]
public sealed class SignInRaceTests(SignInFixture fixture) : SignInTest(fixture)
{
    private const int Repetitions = 200;

    // As many as one wants to wait for.
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("RLSCHAT_REFRESH_ROUNDS") ?? "40", CultureInfo.InvariantCulture);

    [Fact]
    public async Task One_address_at_sign_up_has_one_winner()
    {
        for (var i = 0; i < Repetitions; i++)
        {
            var email = $"ana{i}@example.org";
            var answers = await Both(
                Fixture.Anonymous().Post("/auth/register", new { email, password = Person.Password }),
                Fixture.Anonymous().Post("/auth/register", new { email = email.ToUpperInvariant(), password = Person.Password }));
            Assert.Equal([201, 409], answers.Select(response => response.Status).Order());
            answers.Single(response => response.Status == 409).Is(409, "email_taken");
        }
    }

    /// <summary>
    /// Without a grace the database lets one of two uses exchange the token. The other is a reuse: it is refused and
    /// ends the sign-in, so the winner's pair is dead as well, at the latest at its next request. Who of the two is
    /// the thief cannot be told.
    /// </summary>
    [Fact]
    public async Task One_refresh_token_without_a_grace_has_one_winner_and_the_reuse_ends_the_sign_in()
    {
        await using var strict = await Fixture.Open("--REFRESH_GRACE=0");
        var nobody = new Person("anonymous", ApiFixture.AddressOf(strict));
        var ana = await Fixture.SignUp("ana");
        for (var i = 0; i < Repetitions; i++)
        {
            var here = Fixture.Anonymous();
            here.Take((await here.Post("/auth/login", new { email = ana.Email, password = Person.Password })).Is(200));
            var answers = await Both(Refresh(nobody, here.RefreshToken), Refresh(nobody, here.RefreshToken));
            var loser = Assert.Single(answers, response => response.Status == 401 && response.Body["code"]!.GetValue<string>() == "invalid_refresh_token");
            var winner = answers.Single(response => response != loser);
            (await here.Get("/me")).Is(401, "session_ended");
            if (winner.Status == 200)
            {
                here.Take(winner);
                (await here.Get("/me")).Is(401, "session_ended");
                (await Refresh(Fixture.Anonymous(), here.RefreshToken)).Is(401, "invalid_refresh_token");
            }
            else
            {
                winner.Is(401, "session_ended");
            }
        }

        (await ana.Get("/me")).Is(200);
    }

    /// <summary>Ten tabs, of two API processes, that share what they keep: each round they all ask with the same token.</summary>
    [Fact]
    public async Task Ten_tabs_refresh_at_once_and_nobody_is_signed_out()
    {
        await using var other = await Fixture.Open();
        var ana = await Fixture.SignUp("ana");
        var began = await Only(ana);
        var (kept, replaced) = (ana.RefreshToken, "");
        for (var round = 0; round < Rounds; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(tab =>
                Refresh(tab % 2 == 0 ? Fixture.Anonymous() : new Person("tab", ApiFixture.AddressOf(other)), kept)));
            var tabs = answers.Select(response =>
            {
                var tab = Fixture.Anonymous();
                tab.Take(response.Is(200));
                return tab;
            }).ToArray();
            Assert.Equal(10, tabs.Select(tab => tab.RefreshToken).Distinct().Count());
            (await tabs[round % 10].Get("/me")).Is(200);
            (replaced, kept) = (kept, tabs[round % 10].RefreshToken);
            ana.Take(answers[(round + 1) % 10]);
        }

        Assert.Equal(began, await Only(ana));

        // The other tabs of the last round still work, and the replay ends them all.
        ana.Take((await Refresh(ana, ana.RefreshToken)).Is(200));
        await Fixture.Setup.EndGrace();
        (await Refresh(Fixture.Anonymous(), replaced)).Is(401, "invalid_refresh_token");
        (await ana.Get("/me")).Is(401, "session_ended");
        foreach (var token in new[] { kept, ana.RefreshToken })
        {
            (await Refresh(ana.At(ApiFixture.AddressOf(other)), token)).Is(401);
        }

        await other.StopAsync();

        static async Task<(int, string)> Only(Person ana)
        {
            var session = Assert.Single((await ana.Get("/me/sessions")).Is(200).Body["items"]!.AsArray())!;
            return (session["id"]!.GetValue<int>(), session["createdAt"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task The_first_sign_in_of_one_GitHub_account_makes_one_person()
    {
        using var here = Host.Browser("ana");
        using var there = Host.Browser("ana");
        for (var i = 1; i <= Repetitions; i++)
        {
            Host.GitHubUser("ana", i, $"ana{i}@example.org");
            var callbacks = (await here.UpToCallback(), await there.UpToCallback());
            var answers = await Both(here.Get(callbacks.Item1), there.Get(callbacks.Item2));
            Assert.Single(answers.Select(response => Host.Of(response).Id).Distinct());
        }

        Assert.Equal(Repetitions, await Host.Stored<long>($"""select count(*) from public.accounts where "userId" <> '{SignInHost.Canary}'"""));
        Assert.Equal(Repetitions, await Host.Stored<long>("""select count(*) from public."User" where "email" like 'ana%' """));
        Assert.Equal(Repetitions + 1, await Host.Stored<long>("""select count(*) from public."User" """));
    }

    [Fact]
    public async Task A_GitHub_account_that_two_people_link_at_once_belongs_to_one()
    {
        var (ana, ben) = (await Host.SignUp("ana"), await Host.SignUp("ben"));
        using var here = Host.Browser("octo");
        using var there = Host.Browser("octo");
        for (var i = 1; i <= Repetitions; i++)
        {
            Host.GitHubUser("octo", i);
            (await here.Send(HttpMethod.Post, "/auth/github/link", ana.AccessToken)).Is(204);
            (await there.Send(HttpMethod.Post, "/auth/github/link", ben.AccessToken)).Is(204);
            var callbacks = (await here.UpToCallback("/auth/github?link=true"), await there.UpToCallback("/auth/github?link=true"));
            var answers = await Both(here.Get(callbacks.Item1), there.Get(callbacks.Item2));
            Assert.Equal([204, 409], answers.Select(response => response.Status).Order());
            answers.Single(response => response.Status == 409).Is(409, "account_taken");
        }

        Assert.Equal(Repetitions, await Host.Stored<long>($"""select count(*) from public.accounts where "userId" <> '{SignInHost.Canary}'"""));
    }

    private static Task<Response> Refresh(Person who, string token) => who.Post("/auth/refresh", new { refreshToken = token });

    private static Task<Response[]> Both(Task<Response> one, Task<Response> other) => Task.WhenAll(one, other);
}
