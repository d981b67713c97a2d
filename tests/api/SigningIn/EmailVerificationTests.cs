using MimeKit;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.SigningIn;

/// <summary>Mailed tokens that prove an address: what they prove, who can use them, and that requesting one reveals nothing.</summary>
public sealed class EmailVerificationTests(SignInFixture fixture) : SignInTest(fixture)
{
    [Fact]
    public async Task A_mailed_token_proves_an_address_once()
    {
        var ana = await Host.SignUp("ana");
        var token = await Host.RequestVerification(ana);
        var mail = await Host.Mail.For(ana.Email);
        Assert.Equal("rlschat@example.org", ((MailboxAddress)mail.From[0]).Address);
        Assert.Equal(ana.Email, ((MailboxAddress)mail.To[0]).Address);
        Assert.Equal((ana.Email, false), await Address(ana));

        (await Verify(ana, token)).Is(204);
        Assert.Equal((ana.Email, true), await Address(ana));
        (await Verify(ana, token)).Is(410, "token_invalid");
    }

    [Fact]
    public async Task Without_a_session_a_token_needs_the_password_of_its_owner()
    {
        var (ana, anonymous) = (await Host.SignUp("ana"), Host.Anonymous());
        var (token, unknown) = (await Host.RequestVerification(ana), new string('A', 43));

        // A stranger does not learn whether the token exists.
        Assert.Equal(
            (await Verify(anonymous, unknown)).Is(401, "unauthenticated").WithoutTrace(),
            (await Verify(anonymous, token)).Is(401, "unauthenticated").WithoutTrace());
        Assert.Equal(
            (await Verify(anonymous, unknown, Person.Password)).Is(410, "token_invalid").WithoutTrace(),
            (await Verify(anonymous, token, "a wrong guess")).Is(410, "token_invalid").WithoutTrace());
        Assert.Equal((ana.Email, false), await Address(ana));

        // The attempts did not use it up.
        (await Verify(anonymous, token, Person.Password)).Is(204);
        Assert.Equal((ana.Email, true), await Address(ana));
    }

    [Fact]
    public async Task A_new_address_replaces_the_old_one_when_it_is_proven()
    {
        var ana = await Host.SignUp("ana");
        var token = await Host.RequestVerification(ana, "new@example.org");
        Assert.Equal((ana.Email, false), await Address(ana));
        (await Verify(ana, token)).Is(204);
        Assert.Equal(("new@example.org", true), await Address(ana));
    }

    [Fact]
    public async Task An_address_that_another_person_has_proven_stays_theirs()
    {
        var (ana, ben) = (await Host.SignUp("ana", verified: true), await Host.SignUp("ben"));
        (await Verify(ben, await Host.RequestVerification(ben, ana.Email))).Is(409, "email_taken");
        Assert.Equal((ana.Email, true), await Address(ana));
        Assert.Equal((ben.Email, false), await Address(ben));
    }

    [Fact]
    [Attack]
    public async Task Take_over_of_an_address_by_a_mail_that_its_owner_opens()
    {
        var (ben, mallory) = (await Host.SignUp("ben"), await Host.SignUp("mallory"));
        var token = await Host.RequestVerification(mallory, ben.Email);
        (await Verify(ben, token)).Is(410, "token_invalid");
        Assert.Equal((ben.Email, false), await Address(ben));
        Assert.NotEqual(ben.Email, (await Address(mallory)).Email);

        // Neither does it work without a session, with whatever password.
        (await Verify(Host.Anonymous(), token)).Is(401, "unauthenticated");
        (await Verify(Host.Anonymous(), token, "the password of ben")).Is(410, "token_invalid");
        Assert.Equal((ben.Email, false), await Address(ben));

        // The control: the person who requested it can use it.
        (await Verify(mallory, token)).Is(204);
    }

    [Fact]
    public async Task A_request_needs_a_live_session()
    {
        var ana = await Host.SignUp("ana");
        (await Host.Anonymous().Post("/auth/verify-email/request", new { email = ana.Email })).Is(401, "unauthenticated");
        (await ana.Post("/auth/logout", new { refreshToken = ana.RefreshToken })).Is(204);
        (await ana.Post("/auth/verify-email/request", new { email = ana.Email })).Is(401, "session_ended");
        await Host.SentNothingTo(ana.Email);
    }

    private static Task<Response> Verify(Person person, string token, string? password = null) =>
        person.Post("/auth/verify-email", password is null ? new { token } : new { token, password });

    private static async Task<(string Email, bool IsVerified)> Address(Person person)
    {
        var me = (await person.Get("/me")).Is(200).Body;
        return (me["email"]!.GetValue<string>(), me["emailVerified"]!.GetValue<bool>());
    }
}
