using RlsChat.Api.Configuration;

namespace RlsChat.Api.Mail;

/// <summary>A mail.</summary>
/// <param name="Subject">One line.</param>
/// <param name="Text">Plain text.</param>
internal sealed record Letter(string Subject, string Text)
{
    /// <summary>The address, if its spelling differs from the requested one; otherwise null.</summary>
    public string? To { get; init; }

    /// <summary>A mail with the token that verifies an address.</summary>
    public static Letter ToVerify(string token, Settings settings) => new("Verify your e-mail address",
        $"""
        Somebody who is signed in to RlsChat wants to use this e-mail address for their account.
        If that was you, this token proves it, where you are signed in or with your password.
        It works once, within 30 minutes:

        {Line(token, "verify-email", settings)}

        If it was not you, do nothing: nobody else can use this token.
        """);

    /// <summary>A mail with the token that resets a password.</summary>
    public static Letter ToResetPassword(string token, Settings settings) => new("Choose a new password",
        $"""
        Somebody wants a new password for the RlsChat account of this e-mail address.
        If that was you, this token allows it. It works once, within 30 minutes:

        {Line(token, "password", settings)}

        If it was not you, do nothing: the password stays as it is.
        """);

    /// <summary>A mail with the token of an invitation. It quotes no user input.</summary>
    public static Letter ToInvite(string token, Settings settings) => new("You are invited",
        $"""
        Somebody invites you to join their organization on RlsChat.
        If you want to, sign in with this e-mail address, verify it, and accept with this token.
        It works once, within seven days:

        {Line(token, "invitation", settings)}

        If you do not know what this is about, do nothing.
        """);

    /// <summary>The fragment reaches the page, but no server log and no other site.</summary>
    private static string Line(string token, string page, Settings settings) =>
        settings.SignIn.PublicUrl is { } url ? $"{url.AbsoluteUri.TrimEnd('/')}/{page}#token={token}" : token;
}
