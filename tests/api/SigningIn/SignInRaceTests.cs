using RlsChat.Tests.Api.Play;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.SigningIn;

/// <summary>Two clients at once, many times over.</summary>
[Attack]
public sealed class SignInRaceTests(House house) : HouseTest(house)
{
    private const int Repetitions = 200;

    [Fact]
    public async Task One_address_at_sign_up_has_one_winner()
    {
        for (var i = 0; i < Repetitions; i++)
        {
            var email = $"ana{i}@example.org";
            var answers = await Both(
                House.Anonymous().Post("/auth/register", new { email, password = Person.Password }),
                House.Anonymous().Post("/auth/register", new { email = email.ToUpperInvariant(), password = Person.Password }));
            Assert.Equal([201, 409], answers.Select(answer => answer.Status).Order());
            answers.Single(answer => answer.Status == 409).Is(409, "email_taken");
        }
    }

    /// <summary>
    /// The database lets one of two uses rotate the token. The other is a reuse: it is refused and ends
    /// the sign-in, so the winner's pair is dead as well, at the latest at its next request. Who of the
    /// two is the thief cannot be told.
    /// </summary>
    [Fact]
    public async Task One_refresh_token_has_one_winner_and_the_reuse_ends_the_sign_in()
    {
        var ana = await House.SignUp("ana");
        for (var i = 0; i < Repetitions; i++)
        {
            var here = House.Anonymous();
            here.Take((await here.Post("/auth/login", new { email = ana.Email, password = Person.Password })).Is(200));
            var answers = await Both(
                House.Anonymous().Post("/auth/refresh", new { refreshToken = here.RefreshToken }),
                House.Anonymous().Post("/auth/refresh", new { refreshToken = here.RefreshToken }));
            var loser = Assert.Single(answers, answer => answer.Status == 401 && answer.Body["code"]!.GetValue<string>() == "invalid_refresh_token");
            var winner = answers.Single(answer => answer != loser);
            (await here.Get("/me")).Is(401, "session_ended");
            if (winner.Status == 200)
            {
                here.Take(winner);
                (await here.Get("/me")).Is(401, "session_ended");
                (await House.Anonymous().Post("/auth/refresh", new { refreshToken = here.RefreshToken })).Is(401, "invalid_refresh_token");
            }
            else
            {
                winner.Is(401, "session_ended");
            }
        }

        (await ana.Get("/me")).Is(200);
    }

    [Fact]
    public async Task The_first_sign_in_of_one_GitHub_account_makes_one_person()
    {
        await using var stage = await Stage.Open(House);
        using var here = stage.Browser("ana");
        using var there = stage.Browser("ana");
        for (var i = 1; i <= Repetitions; i++)
        {
            stage.Octocat("ana", i, $"ana{i}@example.org");
            var callbacks = (await here.UpToCallback(), await there.UpToCallback());
            var answers = await Both(here.Get(callbacks.Item1), there.Get(callbacks.Item2));
            Assert.Single(answers.Select(answer => stage.Of(answer).Id).Distinct());
        }

        Assert.Equal(Repetitions, await stage.Stored<long>($"""select count(*) from public.accounts where "userId" <> '{Stage.Canary}'"""));
        Assert.Equal(Repetitions, await stage.Stored<long>("""select count(*) from public."User" where "email" like 'ana%' """));
        Assert.Equal(Repetitions + 1, await stage.Stored<long>("""select count(*) from public."User" """));
    }

    [Fact]
    public async Task One_GitHub_account_that_two_people_link_at_once_is_one_persons()
    {
        await using var stage = await Stage.Open(House);
        var (ana, ben) = (await stage.SignUp("ana"), await stage.SignUp("ben"));
        using var here = stage.Browser("octo");
        using var there = stage.Browser("octo");
        for (var i = 1; i <= Repetitions; i++)
        {
            stage.Octocat("octo", i);
            (await here.Send(HttpMethod.Post, "/auth/github/link", ana.AccessToken)).Is(204);
            (await there.Send(HttpMethod.Post, "/auth/github/link", ben.AccessToken)).Is(204);
            var callbacks = (await here.UpToCallback("/auth/github?link=true"), await there.UpToCallback("/auth/github?link=true"));
            var answers = await Both(here.Get(callbacks.Item1), there.Get(callbacks.Item2));
            Assert.Equal([204, 409], answers.Select(answer => answer.Status).Order());
            answers.Single(answer => answer.Status == 409).Is(409, "account_taken");
        }

        Assert.Equal(Repetitions, await stage.Stored<long>($"""select count(*) from public.accounts where "userId" <> '{Stage.Canary}'"""));
    }

    private static Task<Answer[]> Both(Task<Answer> one, Task<Answer> other) => Task.WhenAll(one, other);
}
