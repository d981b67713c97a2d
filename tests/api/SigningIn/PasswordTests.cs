using System.Diagnostics;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using RlsChat.Api.Auth;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.SigningIn;

/// <summary>A password is the same however it is typed (RFC 8265, OpaqueString), and so is an address.</summary>
public sealed class PasswordTests(SignInFixture fixture) : SignInTest(fixture)
{
    private const string Composed = "caf\u00e9 au lait", Decomposed = "cafe\u0301\u00a0au\u2003lait";

    [Theory]
    [InlineData("correct horse battery staple", "correct horse battery staple")]
    [InlineData("Correct Horse Battery Staple", "Correct Horse Battery Staple")]
    [InlineData("\u03c0\u00df\u00e5", "\u03c0\u00df\u00e5")]
    [InlineData("Jack of \u2666s", "Jack of \u2666s")]
    [InlineData("foo\u1680bar", "foo bar")]
    [InlineData(Decomposed, Composed)]
    [InlineData("\uff21\ufb01", "\uff21\ufb01")]
    [InlineData("\u1112\u1161\u11ab", "\ud55c")]
    public void A_password_is_prepared_as_in_RFC_8265(string typed, string prepared)
    {
        Assert.Equal(prepared, Passwords.Prepare(typed));
        Assert.Equal(prepared, Passwords.Prepare(prepared));
    }

    [Theory]
    [InlineData("my cat is a \tby", false)]
    [InlineData("nul nul \0", false)]
    [InlineData("unassigned \u0378", false)]
    [InlineData("private use \ue000", false)]
    [InlineData("soft\u00adhyphen", false)]
    [InlineData("zero\u200bwidth", false)]
    [InlineData("two lines\u2028", false)]
    [InlineData("seven \u00e9", false)]
    [InlineData("eight  \u00e9", true)]
    [InlineData("seven e\u0301", false)]
    [InlineData("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", true)]
    [InlineData("\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600", true)]
    public async Task A_password_with_characters_that_other_keyboards_lack_is_refused(string password, bool may)
    {
        var nobody = Fixture.Anonymous();
        var response = await nobody.Post("/auth/register", new { email = "ana@example.org", password });
        if (!may)
        {
            response.Refuses("password");
            nobody.Take((await nobody.Post("/auth/register", new { email = "ana@example.org", password = Person.Password })).Is(201));
            (await nobody.Post("/me/password", new { oldPassword = Person.Password, newPassword = password })).Refuses("newPassword");
            (await nobody.Post("/auth/password", new { token = new string('A', 43), password })).Refuses("password");
        }
        else
        {
            response.Is(201);
            (await nobody.Post("/auth/login", new { email = "ana@example.org", password })).Is(200);
        }
    }

    [Fact]
    public async Task The_length_of_a_password_is_that_of_its_prepared_form()
    {
        var nobody = Fixture.Anonymous();
        var longest = string.Concat(Enumerable.Repeat("e\u0301", Passwords.MaxLength));
        (await nobody.Post("/auth/register", new { email = "ana@example.org", password = longest + "e" })).Refuses("password");
        (await nobody.Post("/auth/register", new { email = "ana@example.org", password = longest })).Is(201);
        (await nobody.Post("/auth/login", new { email = "ana@example.org", password = longest })).Is(200);
        (await nobody.Post("/auth/login", new { email = "ana@example.org", password = longest + "e" })).Refuses("password");
        // A megabyte of marks is refused before it is put in order, which would take long.
        var marks = string.Concat(Enumerable.Repeat("\u0301\u0323", 80_000));
        (await nobody.Post("/auth/login", new { email = "ana@example.org", password = marks })).Refuses("password");
    }

    [Theory]
    [InlineData(Composed, Decomposed)]
    [InlineData(Decomposed, Composed)]
    public async Task A_password_signs_in_from_any_keyboard(string set, string typed)
    {
        var ana = Fixture.Anonymous();
        ana.Take((await ana.Post("/auth/register", new { email = "jose\u0301@example.org", password = set })).Is(201));
        Assert.Equal("jos\u00e9@example.org", (await ana.Get("/me")).Body["email"]!.GetValue<string>());
        (await ana.Post("/auth/register", new { email = "JOS\u00c9@example.org", password = set })).Is(409, "email_taken");
        (await ana.Post("/auth/login", new { email = "JOSE\u0301@Example.org", password = typed })).Is(200);
        (await ana.Post("/auth/login", new { email = "jos\u00e9@example.org", password = typed.ToUpperInvariant() })).Is(401);
        (await ana.Post("/me/password", new { oldPassword = typed, newPassword = Person.Password })).Is(204);
        (await ana.Post("/me/password", new { oldPassword = Person.Password, newPassword = typed })).Is(204);
        (await ana.Post("/auth/login", new { email = "jos\u00e9@example.org", password = set })).Is(200);
    }

    /// <summary>Older hashes are of the text as typed, which may hold characters that a new password may not.</summary>
    [Theory]
    [InlineData(Decomposed)]
    [InlineData("cafe\u0301\u200b\tlait")]
    public async Task An_old_hash_still_works_and_is_replaced(string typed)
    {
        var ana = await Fixture.SignUp("ana");
        var before = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = 1000 })).HashPassword(ana, typed);
        Assert.True(await Fixture.Setup.SignIn<bool>(
            """select auth.replace_password_hash($1, (select "password" from auth.credentials($2)), $3)""", ana.Id, ana.Email, before));

        (await ana.Post("/auth/login", new { email = ana.Email, password = Passwords.Prepare(typed) })).Is(401);
        (await ana.Post("/auth/login", new { email = ana.Email, password = typed })).Is(200);
        Assert.NotEqual(before, await Fixture.Setup.SignIn<string>("""select "password" from auth.credentials($1)""", ana.Email));
        (await ana.Post("/auth/login", new { email = ana.Email, password = typed })).Is(200);
        (await ana.Post("/auth/login", new { email = ana.Email, password = Passwords.Prepare(typed) })).Is(200);
    }

    /// <summary>With and without an account, a wrong password is compared as often: otherwise the time would tell.</summary>
    [Attack]
    [Theory]
    [InlineData("plain and wrong", 1)]
    [InlineData(Decomposed, 2)]
    public void Enumeration_by_the_number_of_hashes(string typed, int comparisons)
    {
        var counting = new Counting();
        var passwords = new Passwords(counting);
        foreach (var hash in new[] { passwords.Hash("right and long"), null })
        {
            counting.Comparisons = 0;
            Assert.Equal(PasswordVerificationResult.Failed, passwords.Verify(hash, typed));
            Assert.Equal(comparisons, counting.Comparisons);
        }
    }

    [Theory]
    [InlineData("/auth/login")]
    [InlineData("/auth/verify-email")]
    public async Task An_unknown_account_takes_as_long_as_a_wrong_password(string path)
    {
        await using var slow = ApiFixture.Build(Fixture.Database, iterations: 100_000);
        await slow.StartAsync();
        var (ana, anonymous, token) = (await Fixture.SignUp("ana", slow), new Person("anonymous", ApiFixture.AddressOf(slow)), new string('E', 43));
        await Fixture.Setup.AskForProof(ana, token);
        var (wrong, unknown) = (new List<TimeSpan>(), new List<TimeSpan>());
        // The quickest of each, because other work on this machine only adds to the time; again if that was not enough.
        for (var i = 0; i < 6 || (i < 60 && Ratio() is < 0.5 or > 2); i++)
        {
            foreach (var (email, tried, times) in new[] { (ana.Email, token, wrong), ("ben@example.org", new string('A', 43), unknown) })
            {
                object body = path == "/auth/login" ? new { email, password = "wrong password" } : new { token = tried, password = "wrong password" };
                var started = Stopwatch.GetTimestamp();
                (await anonymous.Post(path, body)).Is(path == "/auth/login" ? 401 : 410);
                times.Add(Stopwatch.GetElapsedTime(started));
            }
        }

        Assert.InRange(Ratio(), 0.5, 2);

        double Ratio() => unknown.Min() / wrong.Min();
    }

    private sealed class Counting() : PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = 1000 }))
    {
        public int Comparisons { get; set; }

        public override PasswordVerificationResult VerifyHashedPassword(object user, string hashedPassword, string providedPassword)
        {
            Comparisons++;
            return base.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}
