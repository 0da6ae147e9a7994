"""The paperwork of a closed day: settlement reports of the PSP and statements of the banks, in the layouts of real ones."""
