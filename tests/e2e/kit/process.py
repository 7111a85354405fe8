"""A child process with its output in a file; it never outlives us."""
import ctypes
import signal
import subprocess

_libc = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """argv runs until stop() or kill(); what it says goes to the file log."""

    def __init__(self, name, argv, log, env=None, cwd=None):
        self.name, self.log = name, log
        with open(log, "ab") as out:
            # A session of its own: Ctrl-C at the terminal is for us, and we stop it in order.
            self._popen = subprocess.Popen(
                [str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                env=env, cwd=cwd, preexec_fn=_die_with_parent, start_new_session=True)
        self.pid = self._popen.pid

    def is_running(self):
        return self._popen.poll() is None

    def exit_status(self):
        return self._popen.poll()

    def wait(self, timeout=60):
        return self._popen.wait(timeout)

    def signal(self, number):
        if self.is_running():
            self._popen.send_signal(number)

    def stop(self, timeout=40):
        """SIGTERM, and its exit status; SIGKILL when it does not listen."""
        self.signal(signal.SIGTERM)
        try:
            return self._popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._popen.returncode

    def kill(self):
        self.signal(signal.SIGKILL)
        self._popen.wait()

    def tail(self, lines=40):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return "".join(f.readlines()[-lines:])
