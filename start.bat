@echo off
rem Double-click on Windows: sets everything up once and opens the studio, as `make run` does elsewhere.
setlocal
cd /d "%~dp0"
set "PYTHON=py -3"
where py >nul 2>nul || set "PYTHON=python"
%PYTHON% -c "import sys; sys.exit(sys.version_info < (3, 11))" || goto old
if not exist .venv\Scripts\python.exe %PYTHON% -m venv .venv || goto failed
set "PIP=.venv\Scripts\python.exe -m pip install --disable-pip-version-check --quiet"
echo Looking after the packages; the first time this takes some minutes ...
where nvidia-smi >nul 2>nul || goto packages
rem The registry's PyTorch for Windows computes on the processor only; the one for NVIDIA has an index of its own.
for /f "delims=" %%t in ('findstr /b "torch==" requirements.txt') do set "TORCH=%%t"
.venv\Scripts\python.exe -c "import torch" 2>nul || %PIP% --index-url https://download.pytorch.org/whl/cu130 %TORCH% || echo PyTorch for NVIDIA could not be fetched; the processor does the work.
:packages
%PIP% -r requirements.txt || goto failed
.venv\Scripts\python.exe app.py --open || goto failed
exit /b 0
:old
echo Profile Studio needs Python 3.11 or newer, from python.org. Install it, then start this file again.
pause
exit /b 2
:failed
echo Something went wrong; the lines above say what.
pause
exit /b 1
