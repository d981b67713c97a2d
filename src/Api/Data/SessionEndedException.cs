namespace RlsChat.Api.Data;

/// <summary>A valid token was presented, but the database knows no live session of it: a 401.</summary>
internal sealed class SessionEndedException : Exception;
